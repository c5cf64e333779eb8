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

ClusteredSpeaker speaker_of(const std::vector<double>& sum, double size) {
    const double length = std::sqrt(std::inner_product(sum.begin(), sum.end(), sum.begin(), 0.0));
    ClusteredSpeaker speaker{.windows = static_cast<std::size_t>(size)};
    for (const double value : sum)
        speaker.voice.push_back(length > 0 ? static_cast<float>(value / length) : 0);
    return speaker;
}

}  // namespace

SpeakerClustering::SpeakerClustering(const ClusteringOptions& options) : options_(options) {
    options_.most_held = std::max({options_.most_held, std::size_t{2}, 2 * options_.speakers.value_or(1)});
}

void SpeakerClustering::add(std::span<const float> voice) {
    if (clusters_.size() == options_.most_held) join_until(options_.most_held / 2, joined_away);
    cluster_of_.push_back(static_cast<std::uint32_t>(clusters_.size()));
    clusters_.push_back({{voice.begin(), voice.end()}, 1});
}

// Joins the closest two clusters again and again, while there are more than `most` and they are this similar.
void SpeakerClustering::join_until(std::size_t most, double least_similarity) {
    const std::size_t count = clusters_.size();
    if (count <= most) return;
    Similarities similarities(count, [&](std::size_t a, std::size_t b) {
        return mean_cosine(clusters_[a].sum, clusters_[b].sum, clusters_[a].size * clusters_[b].size);
    });
    std::vector<std::uint32_t> became(count);
    std::iota(became.begin(), became.end(), 0U);
    for (std::size_t left = count; left > most; --left) {
        const auto [kept, gone] = similarities.closest();
        if (similarities.get(kept, gone) < least_similarity) break;
        Cluster& into = clusters_[kept];
        Cluster& from = clusters_[gone];
        similarities.join(kept, gone, into.size, from.size);
        std::ranges::transform(into.sum, from.sum, into.sum.begin(), std::plus{});
        into.size += std::exchange(from.size, 0);
        became[gone] = static_cast<std::uint32_t>(kept);
    }
    compact(became);
}

// The rarest voice into the closest one, while it is heard in too few windows to be believed.
void SpeakerClustering::join_rare() {
    while (clusters_.size() > 1) {
        const auto rare = std::ranges::min_element(clusters_, {}, &Cluster::size);
        if (rare->size >= static_cast<double>(options_.least_windows)) return;
        const auto similarity = [&](const Cluster& other) {
            if (&other == &*rare) return joined_away;
            return mean_cosine(rare->sum, other.sum, rare->size * other.size);
        };
        const auto into = std::ranges::max_element(clusters_, {}, similarity);
        std::ranges::transform(into->sum, rare->sum, into->sum.begin(), std::plus{});
        into->size += std::exchange(rare->size, 0);
        std::vector<std::uint32_t> became(clusters_.size());
        std::iota(became.begin(), became.end(), 0U);
        became[static_cast<std::size_t>(rare - clusters_.begin())] =
            static_cast<std::uint32_t>(into - clusters_.begin());
        compact(became);
    }
}

// Drops the clusters that became part of others, and lets the windows follow.
void SpeakerClustering::compact(const std::vector<std::uint32_t>& became) {
    std::vector<std::uint32_t> place(clusters_.size());
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < clusters_.size(); ++i) {
        if (became[i] == i) place[i] = next++;
    }
    for (std::uint32_t& cluster : cluster_of_) {
        while (became[cluster] != cluster)
            cluster = became[cluster];
        cluster = place[cluster];
    }
    std::erase_if(clusters_, [](const Cluster& cluster) { return cluster.size == 0; });
}

Clustered SpeakerClustering::finish() && {
    if (options_.speakers) {
        join_until(std::max<std::size_t>(*options_.speakers, 1), joined_away);
    } else {
        join_until(1, options_.least_similarity);
        join_rare();
    }
    Clustered clustered;
    std::vector<std::size_t> number_of(clusters_.size(), clusters_.size());
    for (const std::uint32_t cluster : cluster_of_) {
        if (number_of[cluster] == clusters_.size()) {
            number_of[cluster] = clustered.speakers.size();
            clustered.speakers.push_back(speaker_of(clusters_[cluster].sum, clusters_[cluster].size));
        }
        clustered.speaker_of.push_back(number_of[cluster]);
    }
    return clustered;
}

}  // namespace speech
