#include "speech/voice_matching.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

using Voices = std::vector<std::vector<float>>;
using Matches = std::vector<std::optional<VoiceMatch>>;

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// Of few directions, so that some are as near as others.
Voices voices_of(RandomValues& random, std::size_t most) {
    Voices voices(random.count(0, most));
    for (auto& voice : voices) {
        for (int i = 0; i < 3; ++i)
            voice.push_back(static_cast<float>(random.count(0, 3)));
        voice.front() += 1;
        const auto length = static_cast<float>(std::sqrt(cosine(voice, voice)));
        for (float& value : voice)
            value /= length;
    }
    return voices;
}

// The definition: every pair that may be one person, the nearest first, each voice once.
Matches by_definition(const Voices& heard, const Voices& known, const MatchingOptions& options) {
    std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;
    for (std::size_t h = 0; h < heard.size(); ++h) {
        for (std::size_t k = 0; k < known.size(); ++k) {
            const double similarity = cosine(heard[h], known[k]);
            bool may = similarity >= options.least_similarity;
            for (std::size_t other = 0; other < known.size(); ++other)
                may = may && (other == k || similarity - cosine(heard[h], known[other]) >= options.least_margin);
            if (may) pairs.emplace_back(-similarity, h, k);
        }
    }
    std::ranges::sort(pairs);
    Matches matches(heard.size());
    std::vector<bool> taken(known.size());
    for (const auto& [negative, h, k] : pairs) {
        if (matches[h] || taken[k]) continue;
        matches[h] = VoiceMatch{k, -negative};
        taken[k] = true;
    }
    return matches;
}

TEST(VoiceMatching, IsTheNearestPairsFirstByItsDefinition) {
    std::size_t matched = 0;
    for (unsigned seed = 0; seed < 5000; ++seed) {
        RandomValues random(seed);
        const Voices heard = voices_of(random, 6);
        const Voices known = voices_of(random, 6);
        const MatchingOptions options{.least_similarity = static_cast<double>(random.floats(1).front()),
                                      .least_margin = 0.001 + 0.1 * static_cast<double>(random.count(0, 2))};
        const Matches matches = match_voices(heard, known, options);
        ASSERT_EQ(matches, by_definition(heard, known, options)) << "seed " << seed;
        matched +=
            static_cast<std::size_t>(std::ranges::count_if(matches, [](const auto& m) { return m.has_value(); }));
    }
    EXPECT_GT(matched, 1000U);
}

TEST(VoiceMatching, IsRatherNobodyThanOneOfTwo) {
    const MatchingOptions options{.least_similarity = 0.5, .least_margin = 0.05};
    const Voices twins{{1, 0}, {0.999F, 0.0447F}};
    EXPECT_EQ(match_voices(Voices{{1, 0}}, twins, options), Matches{std::nullopt});
    EXPECT_EQ(match_voices(Voices{{1, 0}}, Voices{{0, 1}, {1, 0}}, options), (Matches{VoiceMatch{1, 1}}));
    EXPECT_EQ(match_voices(Voices{{1, 0}}, Voices{}, options), Matches{std::nullopt});
}

TEST(VoiceMatching, GivesAKnownVoiceToOneOnly) {
    const MatchingOptions options{.least_similarity = 0.5, .least_margin = 0.05};
    const Voices heard{{0.8F, 0.6F}, {1, 0}, {1, 0}};
    EXPECT_EQ(match_voices(heard, Voices{{1, 0}}, options), (Matches{std::nullopt, VoiceMatch{0, 1}, std::nullopt}));
}

}  // namespace
}  // namespace speech
