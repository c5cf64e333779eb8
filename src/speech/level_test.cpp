#include "speech/level.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

namespace speech {
namespace {

std::vector<float> tone(float amplitude, std::size_t count) {
    std::vector<float> samples(count);
    for (std::size_t i = 0; i < count; ++i)
        samples[i] = amplitude * std::sin(0.1F * static_cast<float>(i));
    return samples;
}

TEST(MeanSquare, IsTheDefinition) {
    EXPECT_EQ(mean_square({}), 0.0F);
    EXPECT_FLOAT_EQ(mean_square(std::vector<float>(512, 0.5F)), 0.25F);
    EXPECT_FLOAT_EQ(mean_square(std::vector<float>{1, 2, 3}), 14.0F / 3.0F);
}

TEST(SegmentGain, LeavesUsualLevelsAndSilenceAlone) {
    EXPECT_EQ(segment_gain(tone(0.3F, 16000)), 1.0F);
    EXPECT_EQ(segment_gain(tone(0.03F, 16000)), 1.0F);
    EXPECT_EQ(segment_gain(std::vector<float>(16000)), 1.0F);
    EXPECT_EQ(segment_gain({}), 1.0F);
}

TEST(SegmentGain, BringsQuietSpeechUpByItsLoudestFrames) {
    std::vector<float> samples(16000);
    const auto loud = tone(0.002F, 2048);
    std::copy(loud.begin(), loud.end(), samples.begin() + 5120);
    EXPECT_NEAR(segment_gain(samples), 14.1F, 0.5F);
}

TEST(SegmentGain, IsBounded) {
    EXPECT_LE(segment_gain(tone(1e-4F, 16000)), 100.0F);
}

TEST(LevelFollower, RisesAtOnceAndFadesSlowly) {
    LevelFollower follower;
    EXPECT_GT(follower.gain(1e-6F), 10.0F);
    EXPECT_EQ(follower.gain(0.01F), 1.0F);
    for (int frame = 0; frame < 10 * 31; ++frame)
        EXPECT_EQ(follower.gain(1e-6F), 1.0F) << frame;
    float last = 1.0F;
    for (int minute_frame = 0; minute_frame < 20 * 60 * 31; ++minute_frame)
        last = follower.gain(1e-6F);
    EXPECT_GT(last, 10.0F);
}

}  // namespace
}  // namespace speech
