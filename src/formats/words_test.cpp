#include "formats/words.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace formats {
namespace {

std::vector<std::string> texts(const std::vector<Word>& words) {
    std::vector<std::string> result;
    result.reserve(words.size());
    for (const Word& word : words)
        result.push_back(word.text);
    return result;
}

model::Segment segment(std::string text, model::TimeSpan time, std::vector<model::TimeSpan> speech) {
    return {time, std::move(text), std::move(speech), 1, {}};
}

TEST(Words, AreSplitAtSpaces) {
    EXPECT_EQ(texts(time_words(segment(" Well, that's\nit. ", {0, 1}, {}), true)),
              (std::vector<std::string>{"Well,", "that's", "it."}));
    EXPECT_TRUE(time_words(segment(" \x01 ", {0, 1}, {}), true).empty());
}

TEST(Words, OfScriptsWithoutSpacesAreCharactersWithTheirPunctuation) {
    const auto words = time_words(segment("今日は「晴れ」。iPhone 15を", {0, 1}, {}), false);
    EXPECT_EQ(texts(words), (std::vector<std::string>{"今", "日", "は", "「晴", "れ」。", "iPhone", "15", "を"}));
    EXPECT_FALSE(words[1].space_before);
    EXPECT_TRUE(words[6].space_before);
}

TEST(Words, HaveTheTimesThatTheRecogniserGives) {
    model::Segment heard = segment("Good 今日. Now", {10, 20}, {{11, 13}, {17, 19}});
    heard.words = {{{9.5, 11.5}, "Good", 1, {}}, {{11.25, 13}, "今日.", 1, {}}, {{17, 21}, "Now", 1, {}}};
    const auto words = time_words(heard, true);
    ASSERT_EQ(words.size(), 4U);
    EXPECT_EQ(words[0].time, (model::TimeSpan{10, 11.5})) << "held to the segment";
    EXPECT_EQ(words[1].time, (model::TimeSpan{11.5, 12.25})) << "held to their order";
    EXPECT_EQ(words[2].time, (model::TimeSpan{12.25, 13}));
    EXPECT_EQ(words[3].time, (model::TimeSpan{17, 20}));
}

TEST(Words, AreSpreadWhereTheRecognisersAreOthers) {
    model::Segment edited = segment("Good evening now", {10, 20}, {{11, 13}});
    edited.words = {{{11, 11.5}, "Good", 1, {}}};
    EXPECT_DOUBLE_EQ(time_words(edited, true)[2].time.end_seconds, 13);
}

TEST(Words, AreSpokenInSpeechAndNotInSilence) {
    const auto words =
        time_words(segment("Good morning, everyone. We start now.", {10, 20}, {{11, 13}, {17, 19}}), true);
    ASSERT_EQ(words.size(), 6U);
    EXPECT_DOUBLE_EQ(words[0].time.start_seconds, 11);
    EXPECT_DOUBLE_EQ(words[2].time.end_seconds, 13) << "the pause falls at the end of the sentence";
    EXPECT_DOUBLE_EQ(words[3].time.start_seconds, 17);
    EXPECT_DOUBLE_EQ(words[5].time.end_seconds, 19);
    for (const Word& word : words) {
        const bool first = word.time.start_seconds >= 11 && word.time.end_seconds <= 13;
        const bool second = word.time.start_seconds >= 17 && word.time.end_seconds <= 19;
        EXPECT_TRUE(first || second) << word.text;
    }
}

TEST(Words, TakeTimeByTheirLength) {
    const auto words = time_words(segment("a abcdefg 12", {0, 17}, {{0, 17}}), true);
    EXPECT_DOUBLE_EQ(words[0].time.end_seconds, 2);
    EXPECT_DOUBLE_EQ(words[1].time.end_seconds, 10);
    EXPECT_DOUBLE_EQ(words[2].time.end_seconds, 17) << "a figure is three sounds";
}

TEST(Words, OfASegmentWithoutKnownSpeechFillIt) {
    const auto words = time_words(segment("one two", {5, 7}, {}), true);
    EXPECT_DOUBLE_EQ(words.front().time.start_seconds, 5);
    EXPECT_DOUBLE_EQ(words.back().time.end_seconds, 7);
}

TEST(Words, StayInTheSegmentWhateverTheSpeechSays) {
    const auto words = time_words(segment("one two three", {5, 7}, {{0, 5.5}, {5.2, 6}, {6.5, 99}, {3, 4}}), true);
    double from = 5;
    for (const Word& word : words) {
        EXPECT_GE(word.time.start_seconds, from);
        EXPECT_GE(word.time.end_seconds, word.time.start_seconds);
        from = word.time.end_seconds;
    }
    EXPECT_LE(from, 7);
}

TEST(Words, TwoPausesDoNotClaimTheSameEndOfASentence) {
    const auto words = time_words(
        segment("The first one ends. And then the second goes on.", {0, 9}, {{0, 2}, {3, 3.6}, {4, 6}}), true);
    ASSERT_EQ(words.size(), 10U);
    EXPECT_DOUBLE_EQ(words[4].time.start_seconds, 3);
    EXPECT_LE(words[4].time.end_seconds, 3.6) << "the short stretch of speech has a word of its own";
}

TEST(Words, NoSpeechIsLeftWithoutAWordWhereThereIsOneForIt) {
    const auto words = time_words(
        segment("incomprehensibilities extraordinarily notwithstanding", {0, 6}, {{0, 2}, {3, 3.3}, {4, 6}}), true);
    ASSERT_EQ(words.size(), 3U);
    EXPECT_DOUBLE_EQ(words[1].time.start_seconds, 3);
    EXPECT_DOUBLE_EQ(words[1].time.end_seconds, 3.3);
}

TEST(Words, FewerThanPausesLeaveSpeechUnused) {
    const auto words = time_words(segment("Yes.", {0, 9}, {{0, 1}, {4, 5}, {8, 9}}), true);
    ASSERT_EQ(words.size(), 1U);
    EXPECT_LE(words[0].time.end_seconds - words[0].time.start_seconds, 1);
}

}  // namespace
}  // namespace formats
