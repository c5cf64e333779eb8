#include "formats/cue_check.hpp"

#include <gtest/gtest.h>

#include "formats/test_rules.hpp"

namespace formats {
namespace {

using test::film_hz;
using test::netflix_en;

std::vector<std::string> broken_rules(const std::vector<Cue>& cues, double frame_rate_hz = film_hz) {
    std::vector<std::string> names;
    for (const RuleViolation& violation : check_cues(cues, netflix_en, frame_rate_hz))
        names.push_back(violation.rule);
    return names;
}

using Names = std::vector<std::string>;

TEST(CueCheck, AGoodCueBreaksNothing) {
    EXPECT_EQ(broken_rules({{0, 834, {"Yes."}, 0}, {918, 7918, {std::string(42, 'x'), std::string(42, 'x')}, 0}}),
              Names{});
    EXPECT_EQ(broken_rules({}), Names{});
}

TEST(CueCheck, EachRuleHasItsEdge) {
    EXPECT_EQ(broken_rules({{0, 3000, {std::string(43, 'x')}, 0}}), Names{"max_line_characters"});
    EXPECT_EQ(broken_rules({{0, 3000, {"a", "b", "c"}, 0}}), Names{"max_lines"});
    EXPECT_EQ(broken_rules({{0, 1000, {std::string(20, 'x')}, 0}}), Names{});
    EXPECT_EQ(broken_rules({{0, 1000, {std::string(11, 'x'), std::string(10, 'x')}, 0}}),
              Names{"max_characters_per_second"});
    EXPECT_EQ(broken_rules({{0, 833, {"Yes."}, 0}}), Names{"min_duration_seconds"});
    EXPECT_EQ(broken_rules({{0, 7001, {"Yes."}, 0}}), Names{"max_duration_seconds"});
}

TEST(CueCheck, CountsCharactersAndNotBytes) {
    EXPECT_EQ(broken_rules({{0, 1000, {"éééééééééé", "今日は天気がいいで"}, 0}}), Names{});
}

TEST(CueCheck, GapsAreCountedInFramesForTheCueBeforeThem) {
    const auto with_gap = [](std::int64_t gap_ms) {
        return std::vector<Cue>{{0, 2000, {"a"}, 0}, {2000 + gap_ms, 4000 + gap_ms, {"b"}, 0}};
    };
    EXPECT_EQ(broken_rules(with_gap(-1)), Names{"min_gap_frames"});
    EXPECT_EQ(broken_rules(with_gap(83)), Names{"min_gap_frames"});
    EXPECT_EQ(broken_rules(with_gap(84)), Names{});
    EXPECT_EQ(broken_rules(with_gap(85)), Names{"close_gap_frames"});
    EXPECT_EQ(broken_rules(with_gap(499)), Names{"close_gap_frames"});
    EXPECT_EQ(broken_rules(with_gap(500)), Names{});
    EXPECT_EQ(broken_rules(with_gap(80), 25), Names{}) << "two frames at 25 a second";
    EXPECT_EQ(check_cues(with_gap(50), netflix_en, film_hz)[0].cue, 1U);
    EXPECT_DOUBLE_EQ(check_cues(with_gap(50), netflix_en, film_hz)[0].value, 1.2);
}

TEST(CueCheck, TellsTheWorstLine) {
    const auto violations =
        check_cues(std::vector<Cue>{{0, 7000, {std::string(43, 'x'), std::string(50, 'x')}, 0}}, netflix_en, film_hz);
    ASSERT_EQ(violations.size(), 1U);
    EXPECT_EQ(violations[0].value, 50);
    EXPECT_EQ(violations[0].limit, 42);
}

}  // namespace
}  // namespace formats
