#include "formats/subtitle_rules.hpp"

#include <gtest/gtest.h>

namespace formats {
namespace {

std::string error_of(std::string_view name, std::string_view settings) {
    const auto rules = find_rules(name, settings);
    if (rules) return "no error";
    EXPECT_EQ(rules.error().code, base::ErrorCode::invalid_argument);
    return rules.error().message;
}

TEST(SubtitleRules, NetflixIsTheDefault) {
    const SubtitleRules& rules = all_rule_sets().front();
    EXPECT_EQ(rules.name, "netflix-en");
    EXPECT_EQ(rules.max_line_characters, 42U);
    EXPECT_EQ(rules.max_lines, 2U);
    EXPECT_EQ(rules.max_characters_per_second, 20);
    EXPECT_DOUBLE_EQ(rules.min_duration_seconds, 5.0 / 6);
    EXPECT_EQ(rules.max_duration_seconds, 7);
    EXPECT_EQ(rules.min_gap_frames, 2);
}

TEST(SubtitleRules, ChildrenReadMoreSlowly) {
    EXPECT_EQ(find_rules("netflix-en-children", "").value().max_characters_per_second, 17);
}

TEST(SubtitleRules, CustomChangesWhatItNamesOnly) {
    const SubtitleRules rules =
        find_rules("custom", "max_line_characters=37,max_lines=1,max_duration_seconds=5.5").value();
    EXPECT_EQ(rules.name, "custom");
    EXPECT_EQ(rules.max_line_characters, 37U);
    EXPECT_EQ(rules.max_lines, 1U);
    EXPECT_EQ(rules.max_duration_seconds, 5.5);
    EXPECT_EQ(rules.max_characters_per_second, 20);
    EXPECT_EQ(find_rules("custom", "").value().max_line_characters, 42U);
}

TEST(SubtitleRules, WrongSettingsSayWhatIsAllowed) {
    EXPECT_EQ(error_of("custom", "max_lines=6"),
              "subtitle rules: max_lines is \"6\", must be a whole number from 1 to 5");
    EXPECT_EQ(error_of("custom", "max_lines=1.5"),
              "subtitle rules: max_lines is \"1.5\", must be a whole number from 1 to 5");
    EXPECT_EQ(error_of("custom", "max_duration_seconds=x"),
              "subtitle rules: max_duration_seconds is \"x\", must be a number from 1 to 60");
    for (const char* value : {"", "nan", "inf", "-1", "1e2", "0x5", " 5", "5 "}) {
        EXPECT_NE(error_of("custom", std::string("max_characters_per_second=") + value), "no error") << value;
    }
    EXPECT_EQ(error_of("custom", "max_lines=1,max_lines=2"), "subtitle rules: max_lines is given twice");
    EXPECT_EQ(error_of("custom", "min_duration_seconds=5,max_duration_seconds=3"),
              "subtitle rules: min_duration_seconds is above max_duration_seconds: 5 and 3");
}

TEST(SubtitleRules, UnknownKeysAndNamesListTheKnownOnes) {
    for (const char* settings : {"lines=2", "max_lines", "=", ",", "max_lines=2,"}) {
        const std::string message = error_of("custom", settings);
        EXPECT_TRUE(message.contains("max_line_characters, max_lines, max_characters_per_second")) << message;
    }
    EXPECT_EQ(error_of("bbc", ""),
              "subtitle rules: there is no rule set \"bbc\"; known: netflix-en, netflix-en-children, custom");
    EXPECT_EQ(error_of("netflix-en", "max_lines=1"),
              "subtitle rules: netflix-en takes no settings; use custom for \"max_lines=1\"");
}

TEST(SubtitleRules, AViolationReadsAsOneLine) {
    EXPECT_EQ(describe({4, "max_characters_per_second", 23.1, 20}), "cue 4: 23.1 characters a second (limit 20)");
    EXPECT_EQ(describe({4, "max_characters_per_second", 20.0004, 20}), "cue 4: 20.01 characters a second (limit 20)");
    EXPECT_EQ(describe({1, "min_duration_seconds", 0.833, 5.0 / 6}), "cue 1: 0.83 seconds long (limit 0.84)");
    EXPECT_EQ(describe({2, "min_gap_frames", 1.2, 2}), "cue 2: 1.2 frames before the next cue (limit 2)");
}

}  // namespace
}  // namespace formats
