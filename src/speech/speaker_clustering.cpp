#include "speech/speaker_clustering.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

namespace speech {
namespace {

constexpr double joined_away = -std::numeric_limits<double>::infinity();  // less than any cosine

// The mean cosine of each pair of clusters, kept up to date while they are joined.
class Similarities {
  public:
    template <typename OfPair>
    Similarities(std::size_t count, const OfPair& of_pair)
        : count_(count), values_(count * count, joined_away), best_(count, 0) {
        for (std::size_t a = 0; a < count; ++a) {
            for (std::size_t b = a + 1; b < count; ++b)
                set(a, b, of_pair(a, b));
        }
        for (std::size_t row = 0; row < count; ++row)
            find_best(row);
    }

    void set(std::size_t a, std::size_t b, double value) { at(a, b) = at(b, a) = value; }
    [[nodiscard]] double get(std::size_t a, std::size_t b) const { return values_[a * count_ + b]; }

    void find_best(std::size_t row) {
        const auto begin = values_.begin() + static_cast<std::ptrdiff_t>(row * count_);
        best_[row] =
            static_cast<std::size_t>(std::max_element(begin, begin + static_cast<std::ptrdiff_t>(count_)) - begin);
    }

    // The closest pair, the lower index first; of several, the first.
    [[nodiscard]] std::pair<std::size_t, std::size_t> closest() const {
        std::size_t row = 0;
        for (std::size_t i = 1; i < count_; ++i) {
            if (get(i, best_[i]) > get(row, best_[row])) row = i;
        }
        return std::minmax(row, best_[row]);
    }

    // Cluster `gone` becomes part of `kept`; their sizes before it weigh the mean.
    void join(std::size_t kept, std::size_t gone, double kept_size, double gone_size) {
        for (std::size_t i = 0; i < count_; ++i) {
            const double mean = (kept_size * get(kept, i) + gone_size * get(gone, i)) / (kept_size + gone_size);
            if (i != kept && i != gone) set(kept, i, mean);
            set(gone, i, joined_away);
        }
        for (std::size_t i = 0; i < count_; ++i) {
            if (i == kept || best_[i] == kept || best_[i] == gone) {
                find_best(i);
            } else if (get(i, kept) > get(i, best_[i])) {
                best_[i] = kept;
            }
        }
    }

  private:
    double& at(std::size_t a, std::size_t b) { return values_[a * count_ + b]; }

    std::size_t count_;
    std::vector<double> values_;
    std::vector<std::size_t> best_;  // by row
};

double mean_cosine(const std::vector<double>& a, const std::vector<double>& b, double pairs) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / pairs;
}

void add_to(std::vector<double>& sum, const std::vector<double>& values) {
    std::ranges::transform(sum, values, sum.begin(), std::plus{});
}

// Who is joined to whom (and these to others yet), or to itself: where that ends.
std::vector<std::size_t> ends_of(std::vector<std::size_t> joined_to) {
    for (std::size_t& place : joined_to) {
        while (joined_to[place] != place)
            place = joined_to[place];
    }
    return joined_to;
}

// The same groups, numbered from 0 in order of appearance. No number is greater than there are.
std::vector<std::size_t> in_order(std::vector<std::size_t> numbers) {
    const std::size_t none = numbers.size();
    std::vector<std::size_t> became(none, none);
    std::size_t next = 0;
    for (std::size_t& number : numbers) {
        if (became[number] == none) became[number] = next++;
        number = became[number];
    }
    return numbers;
}

std::size_t count_of(const std::vector<std::size_t>& numbers) {
    return numbers.empty() ? 0 : std::ranges::max(numbers) + 1;
}

ClusteredSpeaker speaker_of(const std::vector<double>& sum, double size) {
    const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
    ClusteredSpeaker speaker{.windows = static_cast<std::size_t>(size)};
    for (const double value : sum)
        speaker.voice.push_back(length > 0 ? static_cast<float>(value / length) : 0);
    return speaker;
}

}  // namespace

SpeakerClustering::SpeakerClustering(const SpeakerSpace& space, const ClusteringOptions& options)
    : space_(&space), options_(options) {
    options_.most_held = std::max({options_.most_held, std::size_t{2}, 2 * options_.speakers.value_or(1)});
}

void SpeakerClustering::add(std::span<const float> voice) {
    if (clusters_.size() == options_.most_held) join(closest_joined(options_.most_held / 2, joined_away));
    cluster_of_.push_back(static_cast<std::uint32_t>(clusters_.size()));
    clusters_.push_back({{voice.begin(), voice.end()}, {space_->project(voice), 1}});
}

// The number of each cluster, from 0 without gaps, when the closest two are joined again and again, while there are
// more than `most` and they are this similar.
SpeakerClustering::Numbers SpeakerClustering::closest_joined(std::size_t most, double least_similarity) const {
    const std::size_t count = clusters_.size();
    Numbers joined_to(count);
    std::iota(joined_to.begin(), joined_to.end(), std::size_t{0});
    if (count <= most) return joined_to;
    Similarities similarities(count, [&](std::size_t a, std::size_t b) {
        return mean_cosine(clusters_[a].sum, clusters_[b].sum, clusters_[a].group.windows * clusters_[b].group.windows);
    });
    std::vector<double> sizes;
    for (const Cluster& cluster : clusters_)
        sizes.push_back(cluster.group.windows);
    for (std::size_t left = count; left > most; --left) {
        const auto [kept, gone] = similarities.closest();
        if (similarities.get(kept, gone) < least_similarity) break;
        similarities.join(kept, gone, sizes[kept], sizes[gone]);
        sizes[kept] += sizes[gone];
        joined_to[gone] = kept;
    }
    return in_order(ends_of(std::move(joined_to)));
}

SpeakerClustering::Numbers SpeakerClustering::inferred() const {
    std::vector<VoiceGroup> groups;
    for (const Cluster& cluster : clusters_)
        groups.push_back(cluster.group);
    const Numbers guess = closest_joined(1, options_.least_similarity);
    return in_order(infer_speakers(groups, guess, space_->between(), options_.inference));
}

// Those of one number become one, and the windows follow.
void SpeakerClustering::join(const Numbers& number_of) {
    std::vector<Cluster> joined;
    for (std::size_t i = 0; i < clusters_.size(); ++i) {
        if (number_of[i] == joined.size()) {
            joined.push_back(std::move(clusters_[i]));
        } else {
            add_to(joined[number_of[i]].sum, clusters_[i].sum);
            add_to(joined[number_of[i]].group.sum, clusters_[i].group.sum);
            joined[number_of[i]].group.windows += clusters_[i].group.windows;
        }
    }
    clusters_ = std::move(joined);
    for (std::uint32_t& cluster : cluster_of_)
        cluster = static_cast<std::uint32_t>(number_of[cluster]);
}

// The rarest voice into the closest one, while it is heard in too few windows to be believed.
void SpeakerClustering::join_rare() {
    const auto windows = [](const Cluster& cluster) { return cluster.group.windows; };
    while (clusters_.size() > 1) {
        const auto rare = std::ranges::min_element(clusters_, {}, windows);
        if (windows(*rare) >= static_cast<double>(options_.least_windows)) return;
        const auto similarity = [&](const Cluster& other) {
            if (&other == &*rare) return joined_away;
            return mean_cosine(rare->sum, other.sum, windows(*rare) * windows(other));
        };
        const auto into = std::ranges::max_element(clusters_, {}, similarity);
        Numbers joined_to(clusters_.size());
        std::iota(joined_to.begin(), joined_to.end(), std::size_t{0});
        const auto gone = static_cast<std::size_t>(rare - clusters_.begin());
        joined_to[gone] = static_cast<std::size_t>(into - clusters_.begin());
        join(in_order(ends_of(std::move(joined_to))));
    }
}

Clustered SpeakerClustering::finish() && {
    const std::size_t told = std::max<std::size_t>(options_.speakers.value_or(1), 1);
    if (const Numbers found = inferred(); clusters_.empty() || count_of(found) >= told) join(found);
    if (options_.speakers) {
        join(closest_joined(told, joined_away));
    } else {
        join_rare();
    }
    Clustered clustered;
    clustered.speaker_of.assign(cluster_of_.begin(), cluster_of_.end());
    for (const Cluster& cluster : clusters_)
        clustered.speakers.push_back(speaker_of(cluster.sum, cluster.group.windows));
    return clustered;
}

}  // namespace speech
