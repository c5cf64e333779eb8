#include "speech/planner.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "speech/voice_activity.hpp"

namespace speech {
namespace {

struct Frame {
    float probability;
    float energy;
};

std::vector<Frame>& operator<<(std::vector<Frame>& frames, const std::pair<int, Frame>& more) {
    frames.insert(frames.end(), static_cast<std::size_t>(more.first), more.second);
    return frames;
}

constexpr Frame speech{0.9F, 0.1F};
constexpr Frame silence{0.05F, 0.001F};

std::vector<PlannedSegment> plan(const std::vector<Frame>& frames, const PlannerSettings& settings = {}) {
    Planner planner(settings);
    std::vector<PlannedSegment> segments;
    for (const Frame& frame : frames) {
        if (auto segment = planner.push(frame.probability, frame.energy)) segments.push_back(std::move(*segment));
    }
    if (auto segment = planner.finish()) segments.push_back(std::move(*segment));
    return segments;
}

SampleSpan frames_span(std::int64_t begin, std::int64_t end) {
    return {begin * vad_frame_samples, end * vad_frame_samples};
}

TEST(Planner, GivesNothingForSilenceAndForNothing) {
    std::vector<Frame> frames;
    EXPECT_TRUE(plan(frames).empty());
    frames << std::pair{3000, silence};
    EXPECT_TRUE(plan(frames).empty());
}

TEST(Planner, PadsOneStretchOfSpeech) {
    const PlannerSettings settings{.padding_frames = 8};
    std::vector<Frame> frames;
    frames << std::pair{100, silence} << std::pair{50, speech} << std::pair{100, silence};
    const auto segments = plan(frames, settings);
    ASSERT_EQ(segments.size(), 1U);
    EXPECT_EQ(segments[0].span, frames_span(92, 158));
    EXPECT_EQ(segments[0].speech, std::vector{frames_span(100, 150)});
    EXPECT_FLOAT_EQ(segments[0].mean_probability, 0.9F);
}

TEST(Planner, NeedsMoreToBeginSpeakingThanToGoOn) {
    std::vector<Frame> frames;
    frames << std::pair{20, Frame{0.45F, 0}} << std::pair{1, speech} << std::pair{20, Frame{0.45F, 0}}
           << std::pair{99, silence};
    const auto segments = plan(frames);
    ASSERT_EQ(segments.size(), 1U);
    EXPECT_EQ(segments[0].speech, std::vector{frames_span(20, 41)});
}

TEST(Planner, KeepsShortSilencesInsideOneSegment) {
    std::vector<Frame> frames;
    frames << std::pair{50, speech} << std::pair{20, silence} << std::pair{50, speech} << std::pair{2, silence}
           << std::pair{10, speech};
    const auto segments = plan(frames);
    ASSERT_EQ(segments.size(), 1U);
    EXPECT_EQ(segments[0].span, frames_span(0, 132));
    EXPECT_EQ(segments[0].speech, (std::vector{frames_span(0, 50), frames_span(70, 132)}));
}

TEST(Planner, CutsAtLongSilences) {
    std::vector<Frame> frames;
    frames << std::pair{50, speech} << std::pair{94, silence} << std::pair{50, speech};
    const auto segments = plan(frames);
    ASSERT_EQ(segments.size(), 2U);
    EXPECT_EQ(segments[0].speech, std::vector{frames_span(0, 50)});
    EXPECT_EQ(segments[1].speech, std::vector{frames_span(144, 194)});
}

TEST(Planner, CutsTooLongSpeechAtTheLongestPauseOfItsLastPart) {
    const PlannerSettings settings{.longest_frames = 400, .cut_from_frames = 200};
    std::vector<Frame> frames;
    frames << std::pair{100, speech} << std::pair{30, silence}  // the longest, but too early
           << std::pair{120, speech} << std::pair{20, silence}  // frames 250 to 270
           << std::pair{80, speech} << std::pair{10, silence} << std::pair{200, speech};
    const auto segments = plan(frames, settings);
    ASSERT_EQ(segments.size(), 2U);
    EXPECT_EQ(segments[0].speech.back(), frames_span(130, 250));
    EXPECT_EQ(segments[1].speech.front(), frames_span(270, 350));
    EXPECT_LE(segments[0].span.end, segments[1].span.start);
}

TEST(Planner, DividesSpeechWithoutPauseAroundItsQuietestFrame) {
    const PlannerSettings settings{.longest_frames = 400, .cut_from_frames = 200, .overlap_frames = 30};
    std::vector<Frame> frames;
    frames << std::pair{600, speech};
    frames[150].energy = 0;
    frames[321].energy = 0.01F;
    frames[311].energy = frames[331].energy = 0.02F;
    const auto segments = plan(frames, settings);
    ASSERT_EQ(segments.size(), 2U);
    EXPECT_EQ(segments[0].span, frames_span(0, 331));
    EXPECT_EQ(segments[0].speech, std::vector{frames_span(0, 331)});
    EXPECT_EQ(segments[0].overlap, frames_span(311, 331).length());
    EXPECT_EQ(segments[1].span, frames_span(311, 600));
    EXPECT_EQ(segments[1].overlap, 0);
}

TEST(Planner, NeedsOnlyTheOpenSegmentAndThePadding) {
    Planner planner;
    const auto push = [&](int count, const Frame& frame) {
        for (int i = 0; i < count; ++i)
            planner.push(frame.probability, frame.energy);
    };
    push(1000, silence);
    EXPECT_GE(planner.first_needed_sample(), frames_span(0, 900).end);
    push(30, speech);
    EXPECT_LE(planner.first_needed_sample(), frames_span(0, 1000).end);
    EXPECT_GE(planner.first_needed_sample(), frames_span(0, 900).end);
    push(1000, silence);
    EXPECT_GE(planner.first_needed_sample(), frames_span(0, 1930).end);
}

// Speech and pauses of random lengths and levels.
std::vector<Frame> random_frames(std::mt19937& random) {
    std::uniform_int_distribution<int> stretches(0, 40);
    std::exponential_distribution<float> length(1.0F / 60);
    std::uniform_real_distribution<float> level(0, 1);
    std::vector<Frame> frames;
    const int count = stretches(random);
    for (int i = 0; i < count; ++i) {
        const float base = level(random);
        const int size = 1 + static_cast<int>(length(random));
        for (int k = 0; k < size; ++k)
            frames.push_back({std::min(1.0F, base + 0.1F * level(random)), level(random)});
    }
    return frames;
}

PlannerSettings random_settings(std::mt19937& random) {
    std::uniform_int_distribution<std::int64_t> bound(60, 700);
    PlannerSettings settings;
    settings.longest_frames = bound(random);
    settings.cut_from_frames = settings.longest_frames / 2;
    settings.long_silence_frames = settings.longest_frames / 5;
    settings.padding_frames = settings.long_silence_frames / 3;
    return settings;
}

void check_order_and_bound(const std::vector<PlannedSegment>& segments, const PlannerSettings& settings) {
    std::int64_t end = 0;
    std::int64_t overlap = 0;
    for (const PlannedSegment& segment : segments) {
        EXPECT_TRUE(overlap == 0 || segment.span.start == end);
        EXPECT_GE(segment.span.start, end);
        EXPECT_LT(segment.overlap, segment.span.length() / 2 + 1);
        overlap = segment.overlap;
        EXPECT_LE(segment.span.length(), settings.longest_frames * vad_frame_samples);
        ASSERT_FALSE(segment.speech.empty());
        std::int64_t last = segment.span.start;
        for (const SampleSpan& span : segment.speech) {
            EXPECT_GE(span.start, last);
            EXPECT_GT(span.length(), 0);
            last = span.end;
        }
        EXPECT_LE(last, segment.span.end);
        end = segment.span.end - segment.overlap;
    }
    EXPECT_EQ(overlap, 0);
}

void check_every_speech_frame_is_covered(const std::vector<PlannedSegment>& segments, const std::vector<Frame>& frames,
                                         const PlannerSettings& settings) {
    std::vector<bool> covered(frames.size());
    for (const PlannedSegment& segment : segments) {
        for (const SampleSpan& span : segment.speech) {
            for (auto f = span.start / vad_frame_samples; f < span.end / vad_frame_samples; ++f)
                covered.at(static_cast<std::size_t>(f)) = true;
        }
    }
    for (std::size_t f = 0; f < frames.size(); ++f) {
        EXPECT_TRUE(covered[f] || frames[f].probability < settings.speech_begins) << "frame " << f;
    }
}

TEST(Planner, KeepsItsPromisesOnAnything) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        const PlannerSettings settings = random_settings(random);
        const auto frames = random_frames(random);
        const auto segments = plan(frames, settings);
        check_order_and_bound(segments, settings);
        check_every_speech_frame_is_covered(segments, frames, settings);
        EXPECT_EQ(plan(frames, settings), segments);
        if (testing::Test::HasFailure()) return;
    }
}

}  // namespace
}  // namespace speech
