#include "formats/cue_times.hpp"

#include <gtest/gtest.h>

#include "formats/cue_check.hpp"
#include "formats/test_rules.hpp"

namespace formats {
namespace {

using test::film_hz;
using test::netflix_en;

std::vector<Cue> fitted(std::vector<Cue> cues, std::int64_t media_end_ms = 0) {
    fit_times(cues, netflix_en, film_hz, media_end_ms);
    return cues;
}

TEST(CueTimes, AShortCueStaysForTheLeastDuration) {
    const auto cues = fitted({{1000, 1200, {"Yes."}, 0}});
    EXPECT_EQ(cues[0].start_ms, 1000);
    EXPECT_EQ(cues[0].end_ms, 1834);
}

TEST(CueTimes, AFastCueStaysUntilItIsRead) {
    const auto cues = fitted({{0, 1000, {std::string(40, 'x')}, 0}});
    EXPECT_EQ(cues[0].end_ms, 2000);
}

TEST(CueTimes, TheGapBeforeTheNextCueIsTwoFrames) {
    const auto cues = fitted({{0, 1990, {"touching"}, 0}, {2000, 3000, {"the next"}, 0}});
    EXPECT_EQ(cues[0].end_ms, 2000 - 84);
    EXPECT_EQ(cues[1].start_ms, 2000);
}

TEST(CueTimes, GapsOfThreeToElevenFramesAreClosed) {
    for (const std::int64_t gap_ms : {125, 300, 458, 499}) {
        const auto cues = fitted({{0, 2000, {"first"}, 0}, {2000 + gap_ms, 4000, {"second"}, 0}});
        EXPECT_EQ(cues[1].start_ms - cues[0].end_ms, 84) << gap_ms;
    }
    const auto open = fitted({{0, 2000, {"first"}, 0}, {2500, 4000, {"second"}, 0}});
    EXPECT_EQ(open[0].end_ms, 2000) << "twelve frames stay open";
}

TEST(CueTimes, TheSecondCueComesForwardWhereTheFirstIsAsLongAsAllowed) {
    const auto cues = fitted({{0, 7000, {"as long as allowed"}, 0}, {7200, 9000, {"second"}, 0}});
    EXPECT_EQ(cues[0].end_ms, 7000);
    EXPECT_EQ(cues[1].start_ms, 7084);
}

TEST(CueTimes, ACueWithoutRoomAfterItComesEarlierButNotByMuch) {
    const auto cues = fitted({{5000, 5100, {"Hurry."}, 0}, {5200, 7000, {"second"}, 0}});
    EXPECT_EQ(cues[0].start_ms, 5000 - max_lead_ms);
    EXPECT_EQ(cues[0].end_ms, 5200 - 84);
}

TEST(CueTimes, NothingIsShownAfterTheMediaEnds) {
    EXPECT_EQ(fitted({{9000, 9900, {std::string(60, 'x')}, 0}}, 10'000)[0].end_ms, 10'000);
    EXPECT_EQ(fitted({{9000, 10'500, {"heard there"}, 0}}, 10'000)[0].end_ms, 10'500);
}

TEST(CueTimes, ACrowdOfCuesInNoTimeDoesNotOverlap) {
    const auto cues = fitted(std::vector<Cue>(50, {100, 100, {"now"}, 0}));
    for (std::size_t i = 0; i + 1 < cues.size(); ++i) {
        EXPECT_LT(cues[i].start_ms, cues[i].end_ms);
        EXPECT_LE(cues[i].end_ms, cues[i + 1].start_ms);
    }
    EXPECT_FALSE(check_cues(cues, netflix_en, film_hz).empty());
}

}  // namespace
}  // namespace formats
