#include "decode/timeline.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace decode {
namespace {

constexpr int source_hz = 48000;
constexpr std::int64_t frame = 960;  // 20 ms
constexpr double frame_seconds = 0.02;

TEST(Timeline, contiguous_frames_are_one_run_from_zero) {
    Timeline timeline({});
    for (int i = 0; i < 100; ++i) {
        const Placement placement = timeline.place(i * frame_seconds, frame, source_hz);
        EXPECT_EQ(placement.starts_run, i == 0);
        EXPECT_EQ(placement.silence_samples, 0);
        EXPECT_EQ(placement.trimmed_frames, 0);
    }
    EXPECT_EQ(timeline.end_samples(), 32000);
}

TEST(Timeline, a_late_start_is_silence_to_the_sample) {
    Timeline timeline({});
    const Placement placement = timeline.place(1.5, frame, source_hz);
    EXPECT_TRUE(placement.starts_run);
    EXPECT_EQ(placement.silence_samples, 24000);
    EXPECT_FALSE(placement.discontinuity);
    EXPECT_EQ(timeline.end_samples(), 24000 + 320);
}

TEST(Timeline, even_a_slightly_late_start_counts_because_there_is_nothing_to_continue) {
    Timeline timeline({});
    EXPECT_EQ(timeline.place(0.020, frame, source_hz).silence_samples, 320);
}

TEST(Timeline, what_comes_before_zero_is_trimmed) {
    Timeline timeline({});
    EXPECT_EQ(timeline.place(-0.007, frame, source_hz).trimmed_frames, 336);
    EXPECT_EQ(timeline.end_samples(), 208);
}

TEST(Timeline, rounded_time_stamps_make_no_gaps_and_no_cuts) {
    const unsigned seed = 20261124;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> jitter(-0.015, 0.015);
    Timeline timeline({});
    (void)timeline.place(0.0, frame, source_hz);
    for (int i = 1; i < 5000; ++i) {
        const Placement placement = timeline.place(i * frame_seconds + jitter(random), frame, source_hz);
        ASSERT_FALSE(placement.starts_run);
        ASSERT_EQ(placement.trimmed_frames, 0);
    }
    EXPECT_EQ(timeline.end_samples(), 5000 * 320);
}

TEST(Timeline, a_real_drift_never_grows_beyond_the_tolerance) {
    for (const double drift : {1.001, 0.999}) {
        Timeline timeline({});
        for (int i = 0; i < 50 * 600; ++i) {
            const double start = i * frame_seconds * drift;
            (void)timeline.place(start, frame, source_hz);
            ASSERT_LE(std::abs(timeline.end_seconds() - (start + frame_seconds)), 0.041)
                << "frame " << i << " drift " << drift;
        }
    }
}

TEST(Timeline, a_gap_is_silence_of_its_length) {
    Timeline timeline({});
    (void)timeline.place(0.0, frame, source_hz);
    const Placement placement = timeline.place(60.02, frame, source_hz);
    EXPECT_TRUE(placement.starts_run);
    EXPECT_EQ(placement.silence_samples, 60 * 16000);
    EXPECT_EQ(timeline.end_samples(), 60 * 16000 + 640);
}

TEST(Timeline, an_overlap_is_trimmed_and_a_repetition_dropped) {
    Timeline timeline({});
    (void)timeline.place(0.0, source_hz, source_hz);
    EXPECT_EQ(timeline.place(0.5, source_hz / 4, source_hz).trimmed_frames, source_hz / 4);
    EXPECT_EQ(timeline.place(0.75, source_hz / 2, source_hz).trimmed_frames, source_hz / 4);
    EXPECT_EQ(timeline.end_samples(), 20000);
}

TEST(Timeline, a_lost_frame_shorter_than_the_tolerance_still_leaves_its_time) {
    Timeline timeline({});
    (void)timeline.place(0.0, frame, source_hz);
    timeline.lose();
    EXPECT_EQ(timeline.place(2 * frame_seconds, frame, source_hz).silence_samples, 320);
    EXPECT_EQ(timeline.place(3 * frame_seconds + 0.005, frame, source_hz).silence_samples, 0)
        << "the tolerance is back";
}

TEST(Timeline, missing_time_stamps_continue) {
    Timeline timeline({});
    (void)timeline.place(2.0, frame, source_hz);
    const Placement placement = timeline.place(std::nullopt, frame, source_hz);
    EXPECT_FALSE(placement.starts_run);
    EXPECT_EQ(timeline.end_samples(), 32000 + 640);
}

TEST(Timeline, a_jump_back_moves_the_clock) {
    Timeline timeline({});
    (void)timeline.place(0.0, 100 * source_hz, source_hz);
    const Placement jump = timeline.place(0.0, source_hz, source_hz);
    EXPECT_TRUE(jump.discontinuity);
    EXPECT_FALSE(jump.starts_run);
    const Placement after = timeline.place(1.0, source_hz, source_hz);
    EXPECT_FALSE(after.discontinuity) << "the new clock holds";
    EXPECT_EQ(timeline.end_samples(), 102 * 16000);
}

TEST(Timeline, a_jump_past_the_believable_end_moves_the_clock) {
    Timeline timeline({.believable_end_seconds = 50});
    (void)timeline.place(0.0, source_hz, source_hz);
    EXPECT_TRUE(timeline.place(1e12, source_hz, source_hz).discontinuity);
    EXPECT_EQ(timeline.end_samples(), 32000);
    EXPECT_EQ(timeline.place(1e12 + 11, source_hz, source_hz).silence_samples, 10 * 16000) << "a gap on the new clock";
}

TEST(Timeline, absurd_time_stamps_never_leave_the_believable_range) {
    for (const double absurd : {-1e18, 1e18, -9.2e18, 9.2e18}) {
        Timeline timeline({});
        EXPECT_TRUE(timeline.place(absurd, frame, source_hz).discontinuity);
        EXPECT_EQ(timeline.end_samples(), 320);
    }
}

TEST(Timeline, a_new_rate_is_a_new_run_at_the_same_place) {
    Timeline timeline({});
    (void)timeline.place(0.0, 44100, 44100);
    const Placement placement = timeline.place(1.0, 8000, 8000);
    EXPECT_TRUE(placement.starts_run);
    EXPECT_EQ(placement.silence_samples, 0);
    EXPECT_EQ(timeline.end_samples(), 32000);
}

TEST(Timeline, an_odd_rate_keeps_time_for_eleven_hours) {
    Timeline timeline({});
    const std::int64_t frames = std::int64_t{11} * 3600 * 44100 / 1024;
    for (std::int64_t i = 0; i < frames; ++i) {
        ASSERT_FALSE(timeline.place(static_cast<double>(i) * 1024 / 44100, 1024, 44100).starts_run && i > 0);
    }
    EXPECT_EQ(timeline.end_samples(), std::llround(static_cast<double>(frames) * 1024 * 16000 / 44100));
}

}  // namespace
}  // namespace decode
