#include "speech/alignment.hpp"

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

double score_of(std::span<const float> scores, std::size_t frames, const std::vector<std::size_t>& starts) {
    double sum = 0;
    for (std::size_t step = 0; step < starts.size(); ++step) {
        const std::size_t end = step + 1 < starts.size() ? starts[step + 1] : frames;
        for (std::size_t frame = starts[step]; frame < end; ++frame)
            sum += static_cast<double>(scores[step * frames + frame]);
    }
    return sum;
}

// Every way to cut, tried.
double best_of(std::span<const float> scores, std::size_t steps, std::size_t frames,
               std::vector<std::size_t> starts = {0}) {
    if (starts.size() == steps) return score_of(scores, frames, starts);
    double best = -1e9;
    starts.push_back(starts.back());
    for (std::size_t begin = starts.back() + 1; begin + (steps - starts.size()) < frames; ++begin) {
        starts.back() = begin;
        best = std::max(best, best_of(scores, steps, frames, starts));
    }
    return best;
}

TEST(Alignment, FindsTheBestOfAllCuts) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        RandomValues random(seed);
        const std::size_t frames = random.count(1, 9);
        const std::size_t steps = random.count(1, frames);
        const std::vector<float> scores = random.floats(steps * frames);
        const std::vector<std::size_t> starts = align(scores, steps, frames);
        ASSERT_EQ(starts.size(), steps);
        ASSERT_EQ(starts.front(), 0U);
        for (std::size_t step = 1; step < steps; ++step)
            ASSERT_LT(starts[step - 1], starts[step]) << "seed " << seed;
        ASSERT_LT(starts.back(), frames);
        ASSERT_NEAR(score_of(scores, frames, starts), best_of(scores, steps, frames), 1e-5) << "seed " << seed;
    }
}

TEST(Alignment, SharesFramesWhereThereAreTooFew) {
    EXPECT_EQ(align(std::vector<float>(8), 4, 2), (std::vector<std::size_t>{0, 0, 1, 1}));
    EXPECT_TRUE(align({}, 0, 5).empty());
}

}  // namespace
}  // namespace speech
