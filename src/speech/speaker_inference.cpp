#include "speech/speaker_inference.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace speech {
namespace {

constexpr std::size_t most_rounds = 40;
constexpr double settled = 1e-4;          // no group's share moves by more: the end
constexpr double trust_in_the_guess = 7;  // logarithm of how much likelier the guessed speaker is than another
constexpr double least_share = 1e-8;

using Shares = std::vector<double>;  // [group][speaker]: how likely each is the group's; their sum is 1

void become_likelihoods(std::span<double> logarithms) {
    const double greatest = std::ranges::max(logarithms);
    double sum = 0;
    for (double& value : logarithms)
        sum += value = std::exp(value - greatest);
    for (double& value : logarithms)
        value /= sum;
}

// What is believed of one speaker: where its voice lies, and how sure that is.
struct Belief {
    std::vector<double> weights;  // of a voice's place: where the speaker's lies, as far as it is sure
    double cost = 0;              // what a window has against being this speaker's
    double log_share = 0;         // of all windows
};

class Inference {
  public:
    Inference(std::span<const VoiceGroup> groups, std::span<const std::size_t> guess, std::span<const float> between,
              const InferenceOptions& options)
        : groups_(groups), between_(between), options_(options), speakers_(std::ranges::max(guess) + 1) {
        shares_.assign(groups.size() * speakers_, 0);
        for (std::size_t group = 0; group < groups.size(); ++group) {
            shares_[group * speakers_ + guess[group]] = trust_in_the_guess;
            become_likelihoods(of_group(shares_, group));
            windows_ += groups[group].windows;
        }
    }

    std::vector<std::size_t> run() {
        for (std::size_t round = 0; round < most_rounds; ++round) {
            if (improve(round == 0) < settled) break;
        }
        std::vector<std::size_t> likeliest;
        for (std::size_t group = 0; group < groups_.size(); ++group) {
            const auto shares = of_group(shares_, group);
            likeliest.push_back(static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin()));
        }
        return likeliest;
    }

  private:
    [[nodiscard]] std::span<double> of_group(Shares& shares, std::size_t group) const {
        return std::span(shares).subspan(group * speakers_, speakers_);
    }

    // Shares from beliefs from shares. Gives the greatest change.
    double improve(bool is_first) {
        std::vector<Belief> beliefs;
        for (std::size_t speaker = 0; speaker < speakers_; ++speaker)
            beliefs.push_back(belief_about(speaker, is_first));
        const Shares before = shares_;
        for (std::size_t group = 0; group < groups_.size(); ++group) {
            const auto shares = of_group(shares_, group);
            for (std::size_t speaker = 0; speaker < speakers_; ++speaker)
                shares[speaker] = log_likelihood(groups_[group], beliefs[speaker]);
            become_likelihoods(shares);
        }
        double change = 0;
        for (std::size_t i = 0; i < shares_.size(); ++i)
            change = std::max(change, std::abs(shares_[i] - before[i]));
        return change;
    }

    [[nodiscard]] Belief belief_about(std::size_t speaker, bool is_first) const {
        std::vector<double> sum(between_.size());
        double windows = 0;
        for (std::size_t group = 0; group < groups_.size(); ++group) {
            const double share = shares_[group * speakers_ + speaker];
            windows += share * groups_[group].windows;
            for (std::size_t i = 0; i < sum.size(); ++i)
                sum[i] += share * groups_[group].sum[i];
        }
        const double ratio = options_.evidence / options_.regularisation;
        Belief belief{.weights = std::move(sum)};
        for (std::size_t i = 0; i < between_.size(); ++i) {
            const double variance = static_cast<double>(between_[i]);
            const double unsure = 1 / (1 + ratio * windows * variance);
            const double place = ratio * unsure * std::sqrt(variance) * belief.weights[i];
            belief.cost += (unsure + place * place) * variance / 2;
            belief.weights[i] = std::sqrt(variance) * place;
        }
        // At first every speaker is as likely as another: the guess says nothing about who speaks most.
        const double share = is_first ? 1 / static_cast<double>(speakers_) : windows / windows_;
        belief.log_share = std::log(share + least_share);
        return belief;
    }

    [[nodiscard]] double log_likelihood(const VoiceGroup& group, const Belief& belief) const {
        const double near = std::inner_product(group.sum.begin(), group.sum.end(), belief.weights.begin(), 0.0);
        return options_.evidence * (near - group.windows * belief.cost) + group.windows * belief.log_share;
    }

    std::span<const VoiceGroup> groups_;
    std::span<const float> between_;
    InferenceOptions options_;
    std::size_t speakers_;
    Shares shares_;
    double windows_ = 0;
};

}  // namespace

std::vector<std::size_t> infer_speakers(std::span<const VoiceGroup> groups, std::span<const std::size_t> guess,
                                        std::span<const float> between, const InferenceOptions& options) {
    if (groups.empty()) return {};
    return Inference(groups, guess, between, options).run();
}

}  // namespace speech
