#include "speech/speaker_labels.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

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

model::Segment said(const std::string& words, const std::string& speakers) {
    model::Segment result;
    for (std::size_t i = 0; i < speakers.size(); ++i) {
        const auto at = static_cast<double>(i);
        result.words.push_back({{at, at + 0.9}, std::string(1, words[i]), 1, "S" + std::string(1, speakers[i])});
        result.text += (i == 0 ? "" : " ") + result.words.back().text;
    }
    result.time = {0, static_cast<double>(speakers.size()) + 0.5};
    result.speech = {{0, result.time.end_seconds}};
    return result;
}

std::vector<model::Segment> parted(std::vector<model::Segment> segments, std::vector<model::Speaker>* speakers = {}) {
    model::Transcript transcript;
    transcript.segments = std::move(segments);
    part_speakers(transcript);
    if (speakers != nullptr) *speakers = transcript.speakers;
    return transcript.segments;
}

TEST(PartSpeakers, MakesASegmentOfEachSpeakersWords) {
    std::vector<model::Speaker> speakers;
    const auto parts = parted({said("abcdefg", "1122213")}, &speakers);
    ASSERT_EQ(parts.size(), 4U);
    EXPECT_EQ(parts[0].text, "a b");
    EXPECT_EQ(parts[1].text, "c d e");
    EXPECT_EQ(parts[1].speaker, "S2");
    EXPECT_EQ(parts[0].time, (model::TimeSpan{0, 1.9}));
    EXPECT_EQ(parts[1].time, (model::TimeSpan{2, 4.9}));
    EXPECT_EQ(parts[3].time, (model::TimeSpan{6, 7.5})) << "the last one to the segment's end";
    EXPECT_EQ(parts[1].speech, (std::vector<model::TimeSpan>{{2, 4.9}}));
    EXPECT_EQ(parts[1].words.size(), 3U);
    EXPECT_EQ(speakers, (std::vector<model::Speaker>{{"S1", {}}, {"S2", {}}, {"S3", {}}}));
}

TEST(PartSpeakers, LeavesASegmentOfOneSpeakerOrWithoutWordsAsItIs) {
    auto one = said("abc", "222");
    one.speaker = "S1";
    model::Segment wordless;
    wordless.text = "so it is";
    wordless.speaker = "S3";
    const auto parts = parted({one, wordless});
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].speaker, "S2");
    EXPECT_EQ(parts[0].time, one.time);
    EXPECT_EQ(parts[1].speaker, "S3");
}

TEST(PartSpeakers, ChangesAtTheEndOfASentenceNearBy) {
    auto segment = said("abcd", "1122");
    segment.words[0].text = "Why?";
    for (std::size_t i = 0; i < 4; ++i)
        segment.words[i].time = {0.5 * static_cast<double>(i), 0.5 * static_cast<double>(i) + 0.5};
    EXPECT_EQ(parted({segment})[0].text, "Why?");
    for (std::size_t i = 0; i < 4; ++i)
        segment.words[i].time = {static_cast<double>(i), static_cast<double>(i) + 1};
    EXPECT_EQ(parted({segment})[0].text, "Why? b") << "too far away";
}

TEST(PartSpeakers, ChangesAtAPauseNearBy) {
    auto segment = said("abcd", "1112");
    segment.words[0].time = {0, 0.4};
    segment.words[1].time = {0.4, 0.8};
    segment.words[2].time = {1.6, 1.9};
    segment.words[3].time = {1.9, 2.2};
    EXPECT_EQ(parted({segment})[0].text, "a b");
}

TEST(PartSpeakers, KeepsEverySpeakerAndEveryWord) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        RandomValues random(seed);
        std::string words;
        std::string speakers;
        for (std::size_t i = random.count(1, 12); i > 0; --i) {
            words += ".ab"[random.count(0, 2)];
            speakers += "123"[random.count(0, 2)];
        }
        const auto whole = said(words, speakers);
        std::string text;
        double end = 0;
        std::string last;
        for (const model::Segment& part : parted({whole})) {
            text += (text.empty() ? "" : " ") + part.text;
            EXPECT_GE(part.time.start_seconds, end) << "seed " << seed;
            EXPECT_GE(part.time.end_seconds, part.time.start_seconds) << "seed " << seed;
            EXPECT_NE(part.speaker, last) << "seed " << seed;
            for (const model::Word& word : part.words)
                EXPECT_EQ(word.speaker, part.speaker) << "seed " << seed;
            end = part.time.end_seconds;
            last = part.speaker;
        }
        ASSERT_EQ(text, whole.text) << "seed " << seed;
    }
}

}  // namespace
}  // namespace speech
