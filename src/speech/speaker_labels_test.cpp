#include "speech/speaker_labels.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace speech {
namespace {

model::Segment segment(double start, double end, const std::vector<model::TimeSpan>& words = {}) {
    model::Segment result;
    result.time = {start, end};
    for (const model::TimeSpan& word : words)
        result.words.push_back({word, "word", 1, {}});
    return result;
}

model::Transcript labelled(std::vector<model::Segment> segments, const std::vector<SpeakerTurn>& turns) {
    model::Transcript transcript;
    transcript.segments = std::move(segments);
    label_speakers(transcript, turns);
    return transcript;
}

const std::vector<SpeakerTurn> two_people{{{0, 4}, 7}, {{4, 6}, 3}, {{8, 9}, 3}};

TEST(SpeakerLabels, GiveASegmentTheSpeakerOfMostOfItsTime) {
    const auto segments = labelled({segment(0, 5), segment(3.5, 6), segment(6, 9)}, two_people).segments;
    EXPECT_EQ(segments[0].speaker, "S1");
    EXPECT_EQ(segments[1].speaker, "S2");
    EXPECT_EQ(segments[2].speaker, "S2");
}

TEST(SpeakerLabels, AddUpASpeakersTurns) {
    const auto segments =
        labelled({segment(0, 1), segment(0, 10)}, {{{0, 3}, 0}, {{3, 5}, 1}, {{6, 8}, 1}, {{8, 9}, 2}}).segments;
    EXPECT_EQ(segments[1].speaker, "S2");
}

TEST(SpeakerLabels, GiveEachWordItsOwnSpeaker) {
    const auto words = labelled({segment(0, 6, {{0, 1}, {3.5, 4.2}, {4.5, 5}})}, two_people).segments[0].words;
    EXPECT_EQ(words[0].speaker, "S1");
    EXPECT_EQ(words[1].speaker, "S1");
    EXPECT_EQ(words[2].speaker, "S2");
}

TEST(SpeakerLabels, GiveAWordInAPauseItsSegmentsSpeaker) {
    const auto words = labelled({segment(4, 9, {{4, 5}, {6.5, 7}, {7, 7}})}, two_people).segments[0].words;
    EXPECT_EQ(words[1].speaker, "S1");
    EXPECT_EQ(words[2].speaker, "S1");
}

TEST(SpeakerLabels, AreNumberedInOrderOfAppearanceInTheTranscript) {
    const auto segments = labelled({segment(4, 6), segment(0, 4)}, two_people).segments;
    EXPECT_EQ(segments[0].speaker, "S1");
    EXPECT_EQ(segments[1].speaker, "S2");
    // A word's speaker comes before that of its segment, who is heard for longer.
    const auto mixed = labelled({segment(3, 6, {{3, 4}, {4, 6}})}, two_people).segments[0];
    EXPECT_EQ(mixed.words[0].speaker, "S1");
    EXPECT_EQ(mixed.speaker, "S2");
}

TEST(SpeakerLabels, PreferWhoeverIsHeardFirstWhenTimesAreEqual) {
    EXPECT_EQ(labelled({segment(0, 1), segment(3, 5)}, two_people).segments[1].speaker, "S1");
}

TEST(SpeakerLabels, SayNothingWhereNobodyWasHeard) {
    const auto segments = labelled({segment(6, 8, {{6, 7}}), segment(20, 30)}, two_people).segments;
    EXPECT_EQ(segments[0].speaker, "");
    EXPECT_EQ(segments[0].words[0].speaker, "");
    EXPECT_EQ(segments[1].speaker, "");
    EXPECT_EQ(labelled({segment(0, 1)}, {}).segments[0].speaker, "");
}

}  // namespace
}  // namespace speech
