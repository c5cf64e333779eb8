#include "decode/damage_log.hpp"

#include <gtest/gtest.h>

namespace decode {
namespace {

TEST(DamageLog, adds_up_by_kind_and_remembers_the_first_place) {
    DamageLog log;
    for (int i = 0; i < 1000; ++i)
        log.add("gap", 10.0 + i, 0.5);
    log.add("corrupt_frames", 3, 0, 2);
    ASSERT_EQ(log.all().size(), 2U);
    EXPECT_EQ(log.all()[0].kind, "gap");
    EXPECT_EQ(log.all()[0].at_seconds, 10);
    EXPECT_EQ(log.all()[0].missing_seconds, 500);
    EXPECT_EQ(log.all()[0].count, 1000);
    EXPECT_EQ(log.all()[1].count, 2);
}

TEST(IsTruncated, needs_both_seconds_and_a_share) {
    EXPECT_TRUE(is_truncated({.claimed_end_seconds = 41.8, .decoded_end_seconds = 20.2, .claim_is_tracks_own = true}));
    EXPECT_FALSE(is_truncated({.claimed_end_seconds = 3600, .decoded_end_seconds = 3590, .claim_is_tracks_own = true}));
    EXPECT_FALSE(is_truncated({.claimed_end_seconds = 2, .decoded_end_seconds = 0.5, .claim_is_tracks_own = true}));
}

TEST(IsTruncated, does_not_hold_a_long_video_against_its_short_sound) {
    EXPECT_FALSE(is_truncated({.claimed_end_seconds = 60, .decoded_end_seconds = 10}));
}

TEST(IsTruncated, believes_a_file_that_ends_inside_its_data) {
    EXPECT_TRUE(is_truncated({.claimed_end_seconds = 10, .decoded_end_seconds = 9.9, .cut_short = true}));
}

}  // namespace
}  // namespace decode
