#include "speech/live_transcription.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "base/fakes.hpp"
#include "base/sha256.hpp"
#include "speech/fakes.hpp"
#include "speech/fixtures.hpp"
#include "speech/transcriber.hpp"

namespace speech {
namespace {

using std::chrono::milliseconds;

// Speech of 2.7 s, `times` over, with `pause` seconds of silence after each.
std::vector<float> spoken(int times, double pause_seconds) {
    std::vector<float> samples;
    for (int i = 0; i < times; ++i) {
        const auto speech = fixtures::speech_samples();
        samples.insert(samples.end(), speech.begin(), speech.end());
        samples.resize(samples.size() + static_cast<std::size_t>(pause_seconds * 16000));
    }
    return samples;
}

// A word for each half second heard, and one that tells exactly which samples.
base::Result<Recognition> half_seconds(std::span<const float> samples) {
    std::string text;
    for (std::size_t i = 0; i < samples.size() / 8000; ++i)
        text += "w" + std::to_string(i) + " ";
    base::Sha256 hash;
    hash.update(std::as_bytes(samples));
    return Recognition{.text = text + hash.finish_hex().substr(0, 16)};
}

struct Told {
    std::vector<LivePartial> partials;
    std::vector<LiveFinal> finals;
    std::vector<int> partials_before;  // each final
    double median_delay_seconds = 0;
    double p95_delay_seconds = 0;
    std::int64_t delays = 0;
};

struct Stream {
    std::size_t block = 320;
    bool partials = true;
    milliseconds recognising{0};  // takes so long
    fakes::FakeRecogniser::Answer answer = half_seconds;
};

void take(Told& told, std::vector<LiveFinal> finals) {
    for (LiveFinal& final : finals) {
        told.finals.push_back(std::move(final));
        told.partials_before.push_back(static_cast<int>(told.partials.size()));
    }
}

// In real time: samples arrive by the clock, also while the recogniser works; then they wait, and no partial is asked.
Told stream(const std::vector<float>& samples, const Stream& how = {}) {
    base::ManualClock clock;
    const fakes::FakeRecogniser recogniser([&](std::span<const float> segment) {
        clock.advance(how.recognising);
        return how.answer(segment);
    });
    LiveTranscription live(fixtures::voice_activity(), recogniser, clock);
    Told told;
    const auto begin = clock.now();
    const auto arrival_of = [&](std::size_t sample) { return begin + std::chrono::microseconds(sample * 1000 / 16); };
    for (std::size_t at = 0; at < samples.size();) {
        const std::size_t end = std::min(at + how.block, samples.size());
        clock.advance(std::max(arrival_of(end) - clock.now(), std::chrono::nanoseconds(0)));
        take(told, live.push(std::span(samples).subspan(at, end - at), arrival_of(end)).value());
        at = end;
        if (!how.partials || arrival_of(at + how.block) <= clock.now()) continue;
        if (auto partial = live.partial().value()) told.partials.push_back(*std::move(partial));
    }
    take(told, live.finish().value());
    told.median_delay_seconds = live.delay().percentile_seconds(0.5);
    told.p95_delay_seconds = live.delay().percentile_seconds(0.95);
    told.delays = live.delay().count();
    return told;
}

std::vector<std::string> texts_of_file(const std::vector<float>& samples) {
    fakes::Source source(samples);
    runtime::Threads threads(1);
    const std::atomic<bool> never_stop{false};
    const auto transcript = transcribe(
                                source, fixtures::voice_activity(), fakes::FakeRecogniser(half_seconds), threads, {},
                                [](const Progress&) {}, never_stop)
                                .value();
    std::vector<std::string> texts;
    for (const model::Segment& segment : transcript.segments)
        texts.push_back(std::to_string(segment.time.start_seconds) + " " + segment.text);
    return texts;
}

std::vector<std::string> texts_of(const Told& told) {
    std::vector<std::string> texts;
    for (const LiveFinal& final : told.finals)
        texts.push_back(std::to_string(final.segment->time.start_seconds) + " " + final.segment->text);
    return texts;
}

std::int64_t frames_of_speech(const Told& told) {
    double seconds = 0;
    for (const LiveFinal& final : told.finals) {
        for (const model::TimeSpan& span : final.segment->speech)
            seconds += span.end_seconds - span.start_seconds;
    }
    return std::llround(seconds * 16000 / vad_frame_samples);
}

TEST(LiveTranscription, EndsWithTheTextsOfTheFilePath) {
    // Segments that end at silences, one that must be cut, and a stream that ends in the middle of a word.
    for (auto samples : {spoken(3, 2), spoken(10, 0.1), spoken(1, 0)}) {
        samples.resize(samples.size() - 4001);
        const auto expected = texts_of_file(samples);
        ASSERT_FALSE(expected.empty());
        for (const std::size_t block : {160U, 320U, 4096U, 50000U})
            EXPECT_EQ(texts_of(stream(samples, {.block = block})), expected) << block;
        EXPECT_EQ(texts_of(stream(samples, {.partials = false})), expected);
    }
}

TEST(LiveTranscription, RevisesTheOpenSegmentUntilItIsFinal) {
    const Told told = stream(spoken(2, 4));
    ASSERT_EQ(told.finals.size(), 2U);
    ASSERT_GE(told.partials_before[0], 4);
    for (int i = 0; i < told.partials_before[0]; ++i) {
        const LivePartial& partial = told.partials[static_cast<std::size_t>(i)];
        EXPECT_EQ(partial.revision, i + 1);
        EXPECT_DOUBLE_EQ(partial.time.start_seconds, told.finals[0].time.start_seconds);
        EXPECT_LE(partial.time.end_seconds, told.finals[0].time.end_seconds);
    }
    const LivePartial& next = told.partials[static_cast<std::size_t>(told.partials_before[0])];
    EXPECT_EQ(next.revision, 1);
    EXPECT_EQ(next.stable_words, 0U);
}

TEST(LiveTranscription, CallsThoseWordsStableThatTwoPartialsAgreeOn) {
    const Told told = stream(spoken(1, 2));
    std::string before;
    for (const LivePartial& partial : told.partials) {
        EXPECT_EQ(partial.stable_words, agreed_words(before, partial.text));
        before = partial.text;
    }
    EXPECT_GE(told.partials.back().stable_words, 2U);
    EXPECT_EQ(agreed_words("so it is", "so it was"), 2U);
    EXPECT_EQ(agreed_words("a", "ab c"), 0U);
    EXPECT_EQ(agreed_words("", "a"), 0U);
}

TEST(LiveTranscription, TellsTheDelayFromSpeechToTextWithTheTimeThatRecognitionTakes) {
    const Told quick = stream(spoken(3, 2));
    EXPECT_EQ(quick.delays, frames_of_speech(quick));
    EXPECT_GT(quick.median_delay_seconds, 0.1);
    EXPECT_LE(quick.p95_delay_seconds, 0.6);
    const Told slow = stream(spoken(3, 2), {.recognising = milliseconds(200)});
    EXPECT_NEAR(slow.median_delay_seconds, quick.median_delay_seconds + 0.2, 0.1);
    EXPECT_GT(slow.p95_delay_seconds, quick.p95_delay_seconds + 0.15);
    // An engine that is always behind tells what waits in the end with its whole wait.
    const Told behind = stream(spoken(3, 2), {.recognising = milliseconds(3000)});
    EXPECT_GT(behind.p95_delay_seconds, 3.5);
    EXPECT_EQ(texts_of(behind), texts_of(quick));
    const Told finals_only = stream(spoken(3, 2), {.partials = false});
    EXPECT_GT(finals_only.median_delay_seconds, 2);
}

TEST(LiveTranscription, TakesBackAPartialThatTurnsOutToBeNoWords) {
    int asked = 0;
    const Told told = stream(spoken(1, 2), {.answer = [&](std::span<const float>) -> base::Result<Recognition> {
                                 return Recognition{.text = ++asked == 1 ? "hm" : ""};
                             }});
    ASSERT_EQ(told.partials.size(), 1U);
    ASSERT_EQ(told.finals.size(), 1U);
    EXPECT_FALSE(told.finals[0].segment);
    EXPECT_TRUE(stream(spoken(1, 2), {.answer = [](auto) { return Recognition{}; }}).finals.empty());
}

TEST(LiveTranscription, SaysNothingInSilenceAndPassesFailuresOn) {
    const Told silent = stream(std::vector<float>(5 * 16000));
    EXPECT_TRUE(silent.finals.empty() && silent.partials.empty());
    EXPECT_EQ(silent.delays, 0);
    base::ManualClock clock;
    const fakes::FakeRecogniser broken(
        [](std::span<const float>) { return base::fail(base::ErrorCode::model_broken, "it is broken"); });
    LiveTranscription live(fixtures::voice_activity(), broken, clock);
    ASSERT_TRUE(live.push(fixtures::speech_samples(), clock.now()));
    EXPECT_EQ(live.partial().error().code, base::ErrorCode::model_broken);
    EXPECT_EQ(live.finish().error().code, base::ErrorCode::model_broken);
}

TEST(LiveDelay, GivesThePercentilesOfWhatWasAdded) {
    LiveDelay delay;
    EXPECT_EQ(delay.percentile_seconds(0.5), 0);
    for (int i = 0; i < 100; ++i)
        delay.add(milliseconds(10 * i), 1);
    EXPECT_DOUBLE_EQ(delay.percentile_seconds(0.5), 0.5);
    EXPECT_DOUBLE_EQ(delay.percentile_seconds(0.95), 0.95);
    delay.add(std::chrono::hours(1), 1000);
    EXPECT_DOUBLE_EQ(delay.percentile_seconds(0.5), 60);
}

}  // namespace
}  // namespace speech
