#include "services/exporting/wish.hpp"

#include <gtest/gtest.h>

namespace exporting {
namespace {

base::Result<Wish> parse(std::string_view body) {
    return parse_wish(base::parse_json(body).value());
}

std::string fault(std::string_view body) {
    const auto wish = parse(body);
    return wish ? "none" : std::string(base::code_name(wish.error().code));
}

TEST(ParseWish, FillsInTheRules) {
    EXPECT_EQ(parse(R"({"format": "srt"})"), (Wish{.format = "srt", .rules = "netflix-en"}));
    EXPECT_EQ(parse(R"({"format": "vtt", "subtitle_rules": "netflix-en-children", "version": 3, "strict": true})"),
              (Wish{.format = "vtt", .rules = "netflix-en-children", .strict = true, .version = 3}));
}

TEST(ParseWish, TakesSettingsOfOnesOwn) {
    const auto wish = parse(R"({"format": "srt", "subtitle_settings": {"max_lines": 1, "max_duration_seconds": 5.5}})");
    ASSERT_TRUE(wish);
    EXPECT_EQ(wish->rules, "custom");
    EXPECT_EQ(wish->rule_settings, "max_duration_seconds=5.5,max_lines=1") << "in the order of their names";
    EXPECT_EQ(options_of(*wish)->rules.max_lines, 1U);
    EXPECT_DOUBLE_EQ(options_of(*wish)->rules.max_duration_seconds, 5.5);
}

TEST(ParseWish, LeavesRulesOutWhereThereAreNoCues) {
    EXPECT_EQ(parse(R"({"format": "verbose_json", "subtitle_rules": "netflix-en", "strict": true})"),
              (Wish{.format = "json"}));
    EXPECT_EQ(fault(R"({"format": "txt", "subtitle_rules": "no-such"})"), "invalid_argument");
}

TEST(ParseWish, SaysWhatIsWrong) {
    EXPECT_EQ(fault(R"({"format": "docx"})"), "unknown_format");
    EXPECT_EQ(fault(R"({})"), "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "version": 0})"), "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "strict": "yes"})"), "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "rules": "x"})"), "unknown_field");
    EXPECT_EQ(fault(R"({"format": "srt", "subtitle_rules": "netflix-en", "subtitle_settings": {"max_lines": 1}})"),
              "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "subtitle_settings": {"max_lines": "1"}})"), "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "subtitle_settings": {"max_lines=1,max_lines": 1}})"), "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "subtitle_settings": {"max_lines": 99}})"), "invalid_argument");
    EXPECT_EQ(fault(R"({"format": "srt", "subtitle_settings": [1]})"), "invalid_argument");
}

TEST(ExportId, IsTheSameForTheSameWishOnly) {
    const Wish wish{.format = "srt", .rules = "netflix-en"};
    const std::string id = export_id("s", 1, wish);
    EXPECT_EQ(export_id("s", 1, wish), id);
    EXPECT_NE(export_id("s", 2, wish), id);
    EXPECT_NE(export_id("t", 1, wish), id);
    EXPECT_NE(export_id("s", 1, {.format = "vtt", .rules = "netflix-en"}), id);
    EXPECT_NE(export_id("s", 1, {.format = "srt", .rules = "custom"}), id);
    EXPECT_NE(export_id("s", 1, {.format = "srt", .rules = "netflix-en", .strict = true}), id);
}

}  // namespace
}  // namespace exporting
