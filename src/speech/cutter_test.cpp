#include "speech/cutter.hpp"

#include <gtest/gtest.h>

#include "speech/fakes.hpp"
#include "speech/fixtures.hpp"

namespace speech {
namespace {

std::vector<float> spoken(int times, double pause_seconds, float gain = 1) {
    std::vector<float> samples;
    for (int i = 0; i < times; ++i) {
        for (const float sample : fixtures::speech_samples())
            samples.push_back(gain * sample);
        samples.resize(samples.size() + static_cast<std::size_t>(pause_seconds * 16000));
    }
    return samples;
}

void take(SegmentCutter& cutter, std::vector<CutSegment>& segments) {
    while (auto segment = cutter.next())
        segments.push_back(*std::move(segment));
}

std::vector<CutSegment> cut(std::span<const float> samples, std::size_t block) {
    SegmentCutter cutter(fixtures::voice_activity());
    std::vector<CutSegment> segments;
    for (std::size_t at = 0; at < samples.size(); at += block) {
        cutter.push(samples.subspan(at, std::min(block, samples.size() - at)));
        take(cutter, segments);
    }
    cutter.finish();
    take(cutter, segments);
    EXPECT_FALSE(cutter.next());
    EXPECT_EQ(cutter.heard_samples(), static_cast<std::int64_t>(samples.size()));
    return segments;
}

TEST(SegmentCutter, GivesEachSegmentItsOwnSamplesUntouchedWhenTheyAreLoudEnough) {
    const auto samples = spoken(3, 3);
    const auto segments = cut(samples, 4096);
    ASSERT_EQ(segments.size(), 3U);
    for (const CutSegment& segment : segments) {
        EXPECT_EQ(segment.skipped, "");
        const auto own = std::span(samples).subspan(static_cast<std::size_t>(segment.plan.span.start),
                                                    static_cast<std::size_t>(segment.plan.span.length()));
        EXPECT_TRUE(std::ranges::equal(segment.samples, own)) << segment.plan.span.start;
    }
}

TEST(SegmentCutter, CutsTheSameWhateverTheBlocks) {
    const auto samples = spoken(6, 4, 0.01F);
    const auto expected = cut(samples, 4096);
    ASSERT_GE(expected.size(), 3U);
    for (const std::size_t block : {1U, 511U, 512U, 100'000'000U}) {
        const auto segments = cut(samples, block);
        ASSERT_EQ(segments.size(), expected.size()) << block;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            EXPECT_EQ(segments[i].plan, expected[i].plan);
            EXPECT_EQ(segments[i].samples, expected[i].samples);
        }
    }
}

// A stream may end inside a frame and inside speech.
TEST(SegmentCutter, NeverReachesPastTheEndOfTheStream) {
    auto samples = spoken(1, 0);
    samples.resize(30'001);
    const auto segments = cut(samples, 777);
    ASSERT_FALSE(segments.empty());
    EXPECT_LE(segments.back().plan.span.end, 30'001);
    EXPECT_LE(segments.back().plan.speech.back().end, segments.back().plan.span.end);
    EXPECT_EQ(std::ssize(segments.back().samples), segments.back().plan.span.length());
}

TEST(SegmentCutter, HasNothingToSayOfSilence) {
    EXPECT_TRUE(cut(std::vector<float>(16000 * 30), 4096).empty());
    EXPECT_TRUE(cut({}, 4096).empty());
}

TEST(SegmentCutter, SegmentsComeBeforeTheStreamEnds) {
    const auto samples = spoken(2, 4);
    SegmentCutter cutter(fixtures::voice_activity());
    cutter.push(samples);
    EXPECT_TRUE(cutter.next());
    EXPECT_GT(cutter.first_needed_sample(), 0);
}

TEST(EngineFingerprint, NamesRecogniserVoiceActivityAndPlan) {
    const fakes::FakeRecogniser recogniser([](std::span<const float>) { return Recognition{}; });
    EXPECT_EQ(engine_fingerprint(recogniser, fixtures::voice_activity()),
              "fake/1 " + fixtures::voice_activity().fingerprint() + " plan-3");
}

}  // namespace
}  // namespace speech
