#include "speech/stitch.hpp"

#include <gtest/gtest.h>

namespace speech {
namespace {

const PlannedSegment two_stretches{{16000, 64000}, {{20000, 24000}, {32000, 56000}}, 0.9F};

TEST(Stitch, TurnsSamplesIntoSecondsAndKeepsTheText) {
    model::Transcript transcript;
    add_recognised(transcript, two_stretches, {"Hello there, you.", 5});
    ASSERT_EQ(transcript.segments.size(), 1U);
    const model::Segment& segment = transcript.segments.front();
    EXPECT_EQ(segment.time, (model::TimeSpan{1, 4}));
    EXPECT_EQ(segment.text, "Hello there, you.");
    EXPECT_EQ(segment.speech, (std::vector<model::TimeSpan>{{1.25, 1.5}, {2, 3.5}}));
    EXPECT_NEAR(segment.speech_probability, 0.9, 1e-6);
    EXPECT_TRUE(segment.doubts.empty());
    EXPECT_TRUE(transcript.unheard.empty());
}

TEST(Stitch, KeepsWordsOutOfTheSilenceBetween) {
    model::Transcript transcript;
    Recognition recognition{"One two three four", 4, {}, -0.25F};
    recognition.words = {{"One", {0, 6000}, 0.5F},         // from before the first stretch into it
                         {"two", {6000, 20000}, 0.25F},    // through the pause
                         {"three", {20000, 44000}, 1},     // past the end of speech
                         {"four", {44000, 48000}, 0.1F}};  // nothing was heard there
    add_recognised(transcript, two_stretches, recognition);
    const model::Segment& segment = transcript.segments.front();
    EXPECT_EQ(segment.mean_log_probability, -0.25);
    ASSERT_EQ(segment.words.size(), 4U);
    EXPECT_EQ(segment.words[0].time, (model::TimeSpan{1.25, 1.375}));
    EXPECT_EQ(segment.words[1].time, (model::TimeSpan{1.375, 2.25}));
    EXPECT_EQ(segment.words[2].time, (model::TimeSpan{2.25, 3.5}));
    EXPECT_EQ(segment.words[3].time, (model::TimeSpan{3.75, 4}));
    EXPECT_EQ(segment.words[0].text, "One");
    EXPECT_EQ(segment.words[1].confidence, 0.25);
}

TEST(Stitch, KeepsDoubtfulText) {
    model::Transcript transcript;
    add_recognised(transcript, two_stretches, {"no no no no no no no no no", 9});
    ASSERT_EQ(transcript.segments.size(), 1U);
    EXPECT_EQ(transcript.segments.front().text, "no no no no no no no no no");
    EXPECT_EQ(transcript.segments.front().doubts, std::vector{model::Doubt::repetition});
}

TEST(Stitch, AccountsForSpeechWithoutWords) {
    model::Transcript transcript;
    add_recognised(transcript, two_stretches, {});
    add_skipped(transcript, two_stretches, "weak_speech");
    EXPECT_TRUE(transcript.segments.empty());
    ASSERT_EQ(transcript.unheard.size(), 4U);
    EXPECT_EQ(transcript.unheard[0].time, (model::TimeSpan{1.25, 1.5}));
    EXPECT_EQ(transcript.unheard[0].reason, "no_words");
    EXPECT_EQ(transcript.unheard[3].time, (model::TimeSpan{2, 3.5}));
    EXPECT_EQ(transcript.unheard[3].reason, "weak_speech");
}

}  // namespace
}  // namespace speech
