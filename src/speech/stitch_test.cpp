#include "speech/stitch.hpp"

#include <gtest/gtest.h>

namespace speech {
namespace {

const PlannedSegment two_stretches{{16000, 64000}, {{20000, 24000}, {32000, 56000}}, 0.9F};

TEST(Stitch, TurnsSamplesIntoSecondsAndKeepsTheText) {
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(two_stretches, {"Hello there, you.", 5});
    const model::Transcript transcript = stitcher.finish(64000);
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
    Stitcher stitcher("en", "engine");
    Recognition recognition{"One two three four", 4, {}, -0.25F};
    recognition.words = {{"One", {0, 6000}, 0.5F},         // from before the first stretch into it
                         {"two", {6000, 20000}, 0.25F},    // through the pause
                         {"three", {20000, 44000}, 1},     // past the end of speech
                         {"four", {44000, 48000}, 0.1F}};  // nothing was heard there
    stitcher.add_recognised(two_stretches, recognition);
    const model::Transcript transcript = stitcher.finish(64000);
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
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(two_stretches, {"no no no no no no no no no", 9});
    const model::Transcript transcript = stitcher.finish(64000);
    ASSERT_EQ(transcript.segments.size(), 1U);
    EXPECT_EQ(transcript.segments.front().text, "no no no no no no no no no");
    EXPECT_EQ(transcript.segments.front().doubts, std::vector{model::Doubt::repetition});
}

TEST(Stitch, AccountsForSpeechWithoutWords) {
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(two_stretches, {});
    stitcher.add_skipped(two_stretches, "weak_speech");
    const model::Transcript transcript = stitcher.finish(64000);
    EXPECT_TRUE(transcript.segments.empty());
    ASSERT_EQ(transcript.unheard.size(), 4U);
    EXPECT_EQ(transcript.unheard[0].time, (model::TimeSpan{1.25, 1.5}));
    EXPECT_EQ(transcript.unheard[0].reason, "no_words");
    EXPECT_EQ(transcript.unheard[3].time, (model::TimeSpan{2, 3.5}));
    EXPECT_EQ(transcript.unheard[3].reason, "weak_speech");
}

// Two segments of 4 s that share the second from 3 s on.
const PlannedSegment earlier{{0, 64000}, {{0, 64000}}, 0.9F, 16000};
const PlannedSegment later{{48000, 112000}, {{48000, 100000}}, 0.8F};

Recognition timed(std::string text, std::vector<RecognisedWord> words) {
    return {.text = std::move(text), .tokens = 1, .words = std::move(words)};
}

const Recognition earlier_words = timed(
    "So one two Thru.",
    {{"So", {8000, 16000}, 1}, {"one", {16000, 44000}, 1}, {"two", {50000, 56000}, 1}, {"Thru.", {58000, 64000}, 1}});
const Recognition later_words = timed("Two three four.", {{"Two", {2000, 8000}, 0.5F},   // 50000 to 56000
                                                          {"three", {10000, 20000}, 1},  // from 58000
                                                          {"four.", {30000, 50000}, 1}});

TEST(Stitch, MakesOneRunOfWordsWhereSegmentsOverlap) {
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(earlier, earlier_words);
    EXPECT_EQ(stitcher.preview(later, later_words), "one two three four.");
    stitcher.add_recognised(later, later_words);
    const auto [segments, unheard] = [&] {
        auto transcript = stitcher.finish(112000);
        return std::pair(transcript.segments, transcript.unheard);
    }();
    ASSERT_EQ(segments.size(), 2U);
    EXPECT_TRUE(unheard.empty());
    EXPECT_EQ(segments[0].text, "So");
    EXPECT_EQ(segments[0].time, (model::TimeSpan{0, 1}));
    EXPECT_EQ(segments[0].speech, (std::vector<model::TimeSpan>{{0, 1}}));
    EXPECT_EQ(segments[1].text, "one two three four.");
    EXPECT_EQ(segments[1].time, (model::TimeSpan{1, 7}));
    EXPECT_EQ(segments[1].speech, (std::vector<model::TimeSpan>{{1, 6.25}}));
    ASSERT_EQ(segments[1].words.size(), 4U);
    EXPECT_EQ(segments[1].words[1].text, "two");
    EXPECT_EQ(segments[1].words[3].text, "four.");
}

TEST(Stitch, FindsTheSeamInTextsWithoutTimes) {
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(earlier, {"We were all the way to the seaside to", 1});
    stitcher.add_recognised(later, {"Seaside to day and it was quite warm there.", 1});
    const auto transcript = stitcher.finish(112000);
    std::string text;
    for (const model::Segment& segment : transcript.segments) {
        text += segment.text + " ";
        EXPECT_TRUE(segment.words.empty());
    }
    EXPECT_EQ(text, "We were all the way to the seaside to day and it was quite warm there. ");
}

TEST(Stitch, KeepsTheWordsBeforeAnOverlapThatGaveNoMore) {
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(earlier, earlier_words);
    stitcher.add_skipped(later, "weak_speech");
    const auto transcript = stitcher.finish(112000);
    ASSERT_EQ(transcript.segments.size(), 2U);
    EXPECT_EQ(transcript.segments[0].text, "So");
    EXPECT_EQ(transcript.segments[1].text, "one two Thru.");
    EXPECT_EQ(transcript.segments[1].time, (model::TimeSpan{1, 4}));
    ASSERT_EQ(transcript.unheard.size(), 1U);
    EXPECT_EQ(transcript.unheard[0].time, (model::TimeSpan{4, 6.25}));
}

TEST(Stitch, CountsTheSoundOfAnOverlapOnceWhenNothingIsHeard) {
    Stitcher stitcher("en", "engine");
    stitcher.add_skipped(earlier, "weak_speech");
    stitcher.add_recognised(later, {});
    const auto transcript = stitcher.finish(112000);
    ASSERT_EQ(transcript.unheard.size(), 2U);
    EXPECT_EQ(transcript.unheard[0].time, (model::TimeSpan{0, 3}));
    EXPECT_EQ(transcript.unheard[1].time, (model::TimeSpan{3, 6.25}));
}

TEST(Stitch, GivesSegmentsAwayAsSoonAsTheyAreComplete) {
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(earlier, earlier_words);
    ASSERT_EQ(stitcher.take_segments().size(), 1U);
    stitcher.add_recognised(later, later_words);
    ASSERT_EQ(stitcher.take_segments().size(), 1U);
    EXPECT_TRUE(stitcher.finish(112000).segments.empty());
}

TEST(Stitch, FoldsChannelsSideBySideAndPutsThemInOrderOfTime) {
    const auto on = [](PlannedSegment segment, int channel) {
        segment.channel = channel;
        return segment;
    };
    Stitcher stitcher("en", "engine");
    stitcher.add_recognised(on(earlier, 1), earlier_words);
    stitcher.add_recognised(on(two_stretches, 0), {"Meanwhile.", 1});
    stitcher.add_skipped(on({{0, 8000}, {{0, 8000}}, 0.5F}, 0), "weak_speech");
    stitcher.add_recognised(on(later, 1), later_words);
    const auto transcript = stitcher.finish(112000, 2);
    EXPECT_EQ(transcript.channels, 2);
    ASSERT_EQ(transcript.segments.size(), 3U);
    EXPECT_EQ(transcript.segments[0].text, "So");
    EXPECT_EQ(transcript.segments[0].channel, 1);
    EXPECT_EQ(transcript.segments[1].text, "Meanwhile.");
    EXPECT_EQ(transcript.segments[1].channel, 0);
    EXPECT_EQ(transcript.segments[2].text, "one two three four.");
    EXPECT_EQ(transcript.segments[2].channel, 1);
    ASSERT_EQ(transcript.unheard.size(), 1U);
    EXPECT_EQ(transcript.unheard[0].channel, 0);
}

}  // namespace
}  // namespace speech
