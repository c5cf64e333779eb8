#include "formats/line_layout.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace formats {
namespace {

using Lines = std::vector<std::string>;

Lines lay_out_text(std::string text, const char* settings = "", bool english = true) {
    const auto words = time_words({{0, 10}, std::move(text), {}, 1, {}}, english);
    return lay_out(words, find_rules("custom", settings).value(), english);
}

TEST(LineLayout, OneLineWhenItFits) {
    EXPECT_EQ(lay_out_text("It fits, and it stays: forty-two it holds."),
              Lines{"It fits, and it stays: forty-two it holds."});
}

TEST(LineLayout, BreaksWhereTheStyleGuideAsks) {
    const std::vector<Lines> examples{
        {"Mary wanted to go to the cinema,", "but her brother stayed at home."},
        {"She said that the old lighthouse keeper", "had never been seen in the village."},
        {"I have been looking for you", "since the beginning of the afternoon."},
        {"The director met Jonathan Smith", "in the garden of the museum."},
        {"and welcome to the annual meeting", "of the Royal Astronomical Society."},
        {"They were waiting for the train", "with two suitcases and a dog."},
        {"The weather was cold last night,", "so we did not leave the house."},
        {"He asked whether anybody had heard", "of the accident near the harbour."},
    };
    for (const Lines& lines : examples)
        EXPECT_EQ(lay_out_text(lines[0] + " " + lines[1]), lines);
}

TEST(LineLayout, PrefersTheLowerLineLonger) {
    EXPECT_EQ(lay_out_text("aaaaaaa bbbbbbbbb ccccccc", "max_line_characters=18"),
              (Lines{"aaaaaaa", "bbbbbbbbb ccccccc"}));
}

TEST(LineLayout, UsesAsManyLinesAsTheRulesAllow) {
    EXPECT_EQ(lay_out_text("one two, three four, five six", "max_line_characters=11,max_lines=3"),
              (Lines{"one two,", "three four,", "five six"}));
}

TEST(LineLayout, AWordLongerThanALineSticksOut) {
    EXPECT_EQ(lay_out_text("honorificabilitudinitatibus", "max_line_characters=10"),
              Lines{"honorificabilitudinitatibus"});
}

TEST(LineLayout, ScriptsWithoutSpacesBreakBetweenCharactersButNotBeforeAFullStop) {
    EXPECT_EQ(lay_out_text("今日は天気がいいですね。散歩に行く", "max_line_characters=12", false),
              (Lines{"今日は天気がいいですね。", "散歩に行く"}));
    const Lines even = lay_out_text("ああああああーあああああ", "max_line_characters=10", false);
    ASSERT_EQ(even.size(), 2U);
    EXPECT_FALSE(even[1].starts_with("ー")) << "the mark of a long vowel stays with its vowel";
}

TEST(LineLayout, RightToLeftTextKeepsItsOrder) {
    EXPECT_EQ(lay_out_text("שלום לכולם, ברוכים הבאים", "max_line_characters=15", false),
              (Lines{"שלום לכולם,", "ברוכים הבאים"}));
}

}  // namespace
}  // namespace formats
