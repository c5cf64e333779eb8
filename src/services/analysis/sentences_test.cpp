#include "services/analysis/sentences.hpp"

#include <gtest/gtest.h>

#include "services/analysis/fixtures.hpp"

namespace analysis {
namespace {

using Texts = std::vector<std::string>;

Texts split(const std::vector<std::string>& lines) {
    return texts_of(sentences(lines));
}

TEST(SplitSentences, EndsWherePeopleEnd) {
    EXPECT_EQ(split({"It rained. Did it? Yes! And then\u2026 Nothing."}),
              (Texts{"It rained.", "Did it?", "Yes!", "And then\u2026", "Nothing."}));
    EXPECT_EQ(split({"He said \"Go.\" She went (at last.) The end"}),
              (Texts{"He said \"Go.\"", "She went (at last.)", "The end"}));
}

TEST(SplitSentences, LeavesAbbreviationsWhole) {
    EXPECT_EQ(split({"Dr. Smith met Mrs. Jones. They left."}), (Texts{"Dr. Smith met Mrs. Jones.", "They left."}));
    EXPECT_EQ(split({"John F. Kennedy led the U.S. Army, e.g. No. 5 of it."}).size(), 1U);
    EXPECT_EQ(split({"We came at 5 p.m. The door was shut. Is that so? No. It was open."}),
              (Texts{"We came at 5 p.m.", "The door was shut.", "Is that so?", "No.", "It was open."}));
    EXPECT_EQ(split({"It was I. Then he left."}).size(), 2U);
}

TEST(SplitSentences, LeavesNumbersAndQuotedQuestionsWhole) {
    EXPECT_EQ(split({"Pi is 3.14 or so. It costs 2.50 in all."}),
              (Texts{"Pi is 3.14 or so.", "It costs 2.50 in all."}));
    EXPECT_EQ(split({"\"Really?\" he asked. I nodded."}), (Texts{"\"Really?\" he asked.", "I nodded."}));
}

TEST(SplitSentences, JoinsSegmentsUnlessThereIsALongPause) {
    model::Transcript transcript{.language = "en"};
    transcript.segments = {segment(0, 2, "This goes"), segment(2.5, 4, "on and on"), segment(7, 8, "After a pause")};
    const std::vector<Sentence> found = split_sentences(transcript);
    ASSERT_EQ(texts_of(found), (Texts{"This goes on and on", "After a pause"}));
    EXPECT_DOUBLE_EQ(found[0].time.end_seconds, 4);
    EXPECT_DOUBLE_EQ(found[1].time.start_seconds, 7);
}

TEST(SplitSentences, SpreadsTimesOverTheSpeech) {
    model::Transcript transcript{.language = "en"};
    transcript.segments = {segment(0, 10, "One. Two. ")};
    transcript.segments[0].text = "Aaa. Bbb.";
    transcript.segments[0].speech = {{1, 3}, {7, 9}};
    const std::vector<Sentence> found = split_sentences(transcript);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_DOUBLE_EQ(found[0].time.start_seconds, 1);
    EXPECT_LE(found[0].time.end_seconds, 3);
    EXPECT_GE(found[1].time.start_seconds, 7) << "nobody speaks between 3 and 7";
    EXPECT_DOUBLE_EQ(found[1].time.end_seconds, 9);
}

TEST(SplitSentences, CutsTextWithoutPunctuation) {
    std::string endless;
    for (int i = 0; i < 200; ++i)
        endless += "word ";
    const std::vector<Sentence> found = sentences({endless});
    EXPECT_EQ(found.size(), 3U);
    std::size_t size = 0;
    for (const Sentence& sentence : found)
        size += sentence.text.size() + 1;
    EXPECT_EQ(size, endless.size()) << "nothing is lost";
}

TEST(SplitSentences, CarriesDoubtsAndNothingFromNothing) {
    model::Transcript transcript = talk({"Sure thing.", "Who knows."});
    transcript.segments[1].doubts = {model::Doubt::weak_speech};
    const std::vector<Sentence> found = split_sentences(transcript);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_FALSE(found[0].doubtful);
    EXPECT_TRUE(found[1].doubtful);
    EXPECT_TRUE(split_sentences({}).empty());
}

}  // namespace
}  // namespace analysis
