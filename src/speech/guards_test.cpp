#include "speech/guards.hpp"

#include <gtest/gtest.h>

namespace speech {
namespace {

using model::Doubt;

PlannedSegment segment(double speech_seconds, float probability = 0.95F) {
    const auto samples = static_cast<std::int64_t>(speech_seconds * 16000);
    return {{0, samples + 8000}, {{4000, 4000 + samples}}, probability};
}

TEST(ReasonToSkip, KeepsWordsAndSkipsWhatCannotBeOne) {
    EXPECT_EQ(reason_to_skip(segment(0.4)), "");
    EXPECT_EQ(reason_to_skip(segment(5, 0.8F)), "");
    EXPECT_EQ(reason_to_skip(segment(0.1)), "too_short");
    EXPECT_EQ(reason_to_skip(segment(5, 0.5F)), "weak_speech");
}

TEST(WordsOf, LeavesCaseAndPunctuationOut) {
    EXPECT_EQ(words_of(" Ask not, what YOUR… country's  "),
              (std::vector<std::string>{"ask", "not", "what", "your…", "countrys"}));
    EXPECT_TRUE(words_of(" .,! ").empty());
}

TEST(WordsOf, TakesEachCharacterWhereNoSpacesAreWritten) {
    EXPECT_EQ(words_of("今日は ok"), (std::vector<std::string>{"今", "日", "は", "ok"}));
    EXPECT_EQ(words_of("\xE4\xBB").size(), 1U);  // cut in the middle of a character
}

TEST(HasRepetition, FindsLoopsOfOneWordAndOfMany) {
    EXPECT_TRUE(has_repetition(words_of("so so so so so so so so")));
    EXPECT_TRUE(has_repetition(words_of("well I think that I think that I think that")));
    EXPECT_TRUE(has_repetition(words_of("in 1813, 1814, 1813, 1814, 1813, 1814, 1813, 1814")));
}

TEST(HasRepetition, LetsPeopleSpeak) {
    EXPECT_FALSE(has_repetition(words_of("No, no, no, no. Very, very good.")));
    EXPECT_FALSE(
        has_repetition(words_of("ask not what your country can do for you ask what you can do for your country")));
    EXPECT_FALSE(has_repetition({}));
}

TEST(DoubtsAbout, FindsNothingInOrdinarySpeech) {
    EXPECT_TRUE(doubts_about(segment(3), {"The stale smell of old beer lingers.", 9}).empty());
    EXPECT_TRUE(doubts_about(segment(0.4), {"Yes.", 9}).empty());
    EXPECT_TRUE(doubts_about(segment(3), {"Perhaps so.", 5, {}, -0.6F}).empty());
    EXPECT_TRUE(doubts_about(segment(0.4), {"Hm.", 2, {}, -2.0F}).empty()) << "a word alone says too little";
}

TEST(DoubtsAbout, MarksEachKind) {
    EXPECT_EQ(doubts_about(segment(4), {"go go go go go go go go go", 9}), std::vector{Doubt::repetition});
    EXPECT_EQ(doubts_about(segment(0.5), {"one two three four five six seven eight", 9}),
              std::vector{Doubt::too_many_words});
    EXPECT_EQ(doubts_about(segment(12), {"Hello there.", 9}), std::vector{Doubt::too_few_words});
    EXPECT_EQ(doubts_about(segment(3, 0.7F), {"A few words here.", 9}), std::vector{Doubt::weak_speech});
    EXPECT_EQ(doubts_about(segment(3), {"Wot nou den hear.", 6, {}, -0.8F}), std::vector{Doubt::unsure_words});
    EXPECT_EQ(doubts_about(segment(0.5, 0.7F), {"a a a a a a a a a", 9}),
              (std::vector{Doubt::repetition, Doubt::too_many_words, Doubt::weak_speech}));
}

TEST(Guards, MarkWordsThatAreMostLikelyOfAnotherLanguage) {
    const auto said = [](std::size_t words, float confidence) {
        Recognition recognition{"Wot nou den hear", static_cast<int>(words), {}, -0.2F};
        recognition.words.assign(words, {"wot", {}, confidence});
        return doubts_about(segment(3), recognition);
    };
    EXPECT_EQ(said(5, 0.49F), std::vector{Doubt::other_language});
    EXPECT_TRUE(said(5, 0.51F).empty());
    EXPECT_TRUE(said(4, 0.1F).empty()) << "too few to judge";
}

}  // namespace
}  // namespace speech
