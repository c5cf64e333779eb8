#include "speech/voice_matching.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace speech {
namespace {

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// The nearest known voice, when it is near enough and no other one is about as near.
std::optional<VoiceMatch> nearest(const std::vector<float>& heard, std::span<const std::vector<float>> known,
                                  const MatchingOptions& options) {
    constexpr double nobody = -std::numeric_limits<double>::infinity();
    VoiceMatch best{.similarity = nobody};
    double next = nobody;
    for (std::size_t i = 0; i < known.size(); ++i) {
        const double similarity = cosine(heard, known[i]);
        next = std::max(next, std::min(similarity, best.similarity));
        if (similarity > best.similarity) best = {i, similarity};
    }
    if (best.similarity < options.least_similarity || best.similarity - next < options.least_margin) return {};
    return best;
}

}  // namespace

std::vector<std::optional<VoiceMatch>> match_voices(std::span<const std::vector<float>> heard,
                                                    std::span<const std::vector<float>> known,
                                                    const MatchingOptions& options) {
    std::vector<std::optional<VoiceMatch>> matches;
    std::vector<std::optional<std::size_t>> holder(known.size());  // who has the known voice so far
    for (const std::vector<float>& voice : heard) {
        const auto& match = matches.emplace_back(nearest(voice, known, options));
        if (!match) continue;
        auto& held = holder[match->known];
        if (!held || matches[*held]->similarity < match->similarity) {
            if (held) matches[*held].reset();
            held = matches.size() - 1;
        } else {
            matches.back().reset();
        }
    }
    return matches;
}

}  // namespace speech
