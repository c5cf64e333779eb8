#include "services/analysis/statistics.hpp"

#include <gtest/gtest.h>

#include "services/analysis/fixtures.hpp"

namespace analysis {
namespace {

Statistics statistics(const model::Transcript& transcript) {
    return statistics_of(transcript, split_sentences(transcript));
}

TEST(Statistics, CountSpeechNotSilence) {
    model::Transcript transcript{.language = "en", .duration_seconds = 100};
    transcript.segments = {segment(0, 20, "The cat saw the Cat."), segment(60, 80, "It ran away.")};
    transcript.segments[0].speech = {{1, 6}, {10, 15}};
    const Statistics figures = statistics(transcript);
    EXPECT_DOUBLE_EQ(figures.speech_seconds, 30) << "5 and 5, and all of the segment whose speech is not known";
    EXPECT_DOUBLE_EQ(figures.silence_share, 0.7);
    EXPECT_EQ(figures.words, 8U);
    EXPECT_EQ(figures.distinct_words, 6U);
    EXPECT_DOUBLE_EQ(figures.words_a_minute, 16);
    EXPECT_EQ(figures.segments, 2U);
    EXPECT_EQ(figures.sentences, 2U);
    ASSERT_TRUE(figures.longest_pause);
    EXPECT_DOUBLE_EQ(figures.longest_pause->seconds(), 45);
    EXPECT_DOUBLE_EQ(figures.longest_pause->time.start_seconds, 15);
}

TEST(Statistics, TellTheShareOfDoubtfulWords) {
    model::Transcript transcript = talk({"one two three", "four"});
    transcript.segments[1].doubts = {model::Doubt::repetition};
    EXPECT_DOUBLE_EQ(statistics(transcript).doubtful_share, 0.25);
}

TEST(Statistics, OfNothingAreZero) {
    const Statistics figures = statistics({});
    EXPECT_EQ(figures.words, 0U);
    EXPECT_DOUBLE_EQ(figures.words_a_minute, 0);
    EXPECT_DOUBLE_EQ(figures.silence_share, 0);
    EXPECT_FALSE(figures.longest_pause);
    const Statistics silence = statistics({.language = "en", .duration_seconds = 60});
    EXPECT_DOUBLE_EQ(silence.silence_share, 1);
}

TEST(CountSyllables, HearsVowels) {
    for (const auto& [word, syllables] : {std::pair{"cat", 1},
                                          {"make", 1},
                                          {"table", 2},
                                          {"walked", 1},
                                          {"wanted", 2},
                                          {"tree", 1},
                                          {"banana", 3},
                                          {"rhythm", 1},
                                          {"3,000", 1}})
        EXPECT_EQ(count_syllables(word), static_cast<std::size_t>(syllables)) << word;
}

TEST(ReadingEase, FallsWithLongWordsAndSentences) {
    std::vector<std::string> easy(20, "The cat sat on the mat.");
    std::vector<std::string> hard(
        20, "Institutional transformation necessitates comprehensive interdepartmental deliberation.");
    ASSERT_TRUE(reading_ease(sentences(easy)));
    EXPECT_NEAR(*reading_ease(sentences(easy)), 206.835 - 1.015 * 6 - 84.6, 1e-9);
    EXPECT_LT(*reading_ease(sentences(hard)), 0);
}

TEST(ReadingEase, IsSilentWhereItWouldMeanNothing) {
    EXPECT_FALSE(reading_ease(sentences({"Too short."})));
    EXPECT_FALSE(reading_ease({}));
    std::string endless;
    for (int i = 0; i < 300; ++i)
        endless += "word ";
    EXPECT_FALSE(reading_ease(sentences({endless}))) << "no punctuation";
    EXPECT_FALSE(statistics(talk(std::vector<std::string>(30, "Der Hund schl\u00E4ft im Haus."), "de")).reading_ease);
}

}  // namespace
}  // namespace analysis
