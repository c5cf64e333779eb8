#include "speech/transcriber.hpp"

#include <chrono>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "speech/fakes.hpp"
#include "speech/fixtures.hpp"

namespace speech {
namespace {

const std::atomic<bool> never_stop{false};

void ignore(const Progress&) {}

// Speech of 2.7 s, `times` over, with `pause` seconds of silence after each.
std::vector<float> spoken(int times, double pause_seconds, float gain = 1) {
    std::vector<float> samples;
    for (int i = 0; i < times; ++i) {
        for (const float sample : fixtures::speech_samples())
            samples.push_back(gain * sample);
        samples.resize(samples.size() + static_cast<std::size_t>(pause_seconds * 16000));
    }
    return samples;
}

// A text that tells whether the recogniser was given the same samples.
Recognition hash_of(std::span<const float> samples) {
    base::Sha256 hash;
    hash.update(std::as_bytes(samples));
    return {hash.finish_hex().substr(0, 16), 1};
}

base::Result<Recognition> answer_hash(std::span<const float> samples) {
    return hash_of(samples);
}

struct Run {
    std::size_t threads = 1;
    std::size_t block = 4096;
    fakes::FakeRecogniser::Answer answer = answer_hash;
    ProgressListener progress = ignore;
};

base::Result<model::Transcript> transcribe_samples(std::vector<float> samples, const Run& run = {}) {
    const VoiceActivityModel& voice_activity = fixtures::voice_activity();
    fakes::Source source(std::move(samples), run.block);
    runtime::Threads threads(run.threads);
    return transcribe(source, voice_activity, fakes::FakeRecogniser(run.answer), threads,
                      {.batches_in_flight = run.threads + 1}, run.progress, never_stop);
}

std::string summary(const model::Transcript& transcript) {
    std::string text;
    for (const model::Segment& segment : transcript.segments) {
        text += std::to_string(segment.time.start_seconds) + "-" + std::to_string(segment.time.end_seconds) + " " +
                segment.text + "\n";
    }
    return text;
}

TEST(Transcribe, GivesAnEmptyTranscriptForMediaWithoutSpeech) {
    const std::vector<float> quarter_minute(15 * 16000 + 7);
    for (const auto& samples : {std::vector<float>(), std::vector<float>(1), quarter_minute}) {
        const auto transcript = transcribe_samples(samples);
        ASSERT_TRUE(transcript);
        EXPECT_TRUE(transcript->segments.empty());
        EXPECT_DOUBLE_EQ(transcript->duration_seconds, static_cast<double>(samples.size()) / 16000);
    }
}

TEST(Transcribe, PlacesSegmentsWhereTheSpeechIs) {
    const auto transcript = transcribe_samples(spoken(2, 5)).value();
    ASSERT_EQ(transcript.segments.size(), 2U);
    EXPECT_NEAR(transcript.segments[0].time.end_seconds, 2.7, 0.4);
    EXPECT_NEAR(transcript.segments[1].time.end_seconds - transcript.segments[0].time.end_seconds, 7.7, 0.2);
    EXPECT_EQ(transcript.language, "en");
    EXPECT_TRUE(transcript.engine.starts_with("fake/1 silero-vad/")) << transcript.engine;
}

TEST(Transcribe, GivesTheSameForAnyNumberOfThreadsAndAnyBlocks) {
    const auto samples = spoken(12, 3);
    const std::string expected = summary(transcribe_samples(samples).value());
    ASSERT_GE(std::ranges::count(expected, '\n'), 10);
    for (const std::size_t threads : {2U, 3U, 8U}) {
        EXPECT_EQ(summary(transcribe_samples(samples, {.threads = threads}).value()), expected) << threads;
    }
    for (const std::size_t block : {1U, 511U, 512U, 100000U, 10000000U}) {
        EXPECT_EQ(summary(transcribe_samples(samples, {.block = block}).value()), expected) << block;
    }
}

TEST(Transcribe, HearsVeryQuietSpeech) {
    const auto loud = transcribe_samples(spoken(1, 1)).value();
    const auto quiet = transcribe_samples(spoken(1, 1, 0.003F)).value();
    ASSERT_EQ(quiet.segments.size(), loud.segments.size());
    EXPECT_NEAR(quiet.segments[0].time.start_seconds, loud.segments[0].time.start_seconds, 0.2);
    EXPECT_NEAR(quiet.segments[0].time.end_seconds, loud.segments[0].time.end_seconds, 0.2);
}

TEST(Transcribe, GivesTheRecogniserQuietSpeechMadeLouder) {
    float loudest = 0;
    const auto remember = [&](std::span<const float> samples) -> base::Result<Recognition> {
        for (const float sample : samples)
            loudest = std::max(loudest, std::abs(sample));
        return Recognition{"words", 1};
    };
    ASSERT_TRUE(transcribe_samples(spoken(1, 1, 0.003F), {.answer = remember}));
    EXPECT_GT(loudest, 0.03F);
}

TEST(Transcribe, AccountsForSpeechWithoutWords) {
    const auto wordless = [](std::span<const float>) -> base::Result<Recognition> { return Recognition{}; };
    const auto transcript = transcribe_samples(spoken(1, 1), {.answer = wordless}).value();
    EXPECT_TRUE(transcript.segments.empty());
    ASSERT_FALSE(transcript.unheard.empty());
    EXPECT_EQ(transcript.unheard.front().reason, "no_words");
}

TEST(Transcribe, KeepsTheOrderWhenSegmentsEndInAnother) {
    std::atomic<int> calls = 0;
    const auto first_is_slow = [&](std::span<const float> samples) -> base::Result<Recognition> {
        if (calls++ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return hash_of(samples);
    };
    const auto samples = spoken(6, 3);
    EXPECT_EQ(summary(transcribe_samples(samples, {.threads = 4, .answer = first_is_slow}).value()),
              summary(transcribe_samples(samples).value()));
}

TEST(Transcribe, TellsProgressThatNeverGoesBackAndEndsAtTheEnd) {
    std::vector<Progress> told;
    const auto samples = spoken(4, 5);
    ASSERT_TRUE(transcribe_samples(samples, {.progress = [&](const Progress& progress) { told.push_back(progress); }}));
    ASSERT_GE(told.size(), 10U);
    for (std::size_t i = 1; i < told.size(); ++i) {
        EXPECT_GE(told[i].heard_seconds, told[i - 1].heard_seconds);
        EXPECT_GE(told[i].recognised_seconds, told[i - 1].recognised_seconds);
        EXPECT_LE(told[i].recognised_seconds, told[i].heard_seconds);
    }
    EXPECT_DOUBLE_EQ(told.back().recognised_seconds, static_cast<double>(samples.size()) / 16000);
}

TEST(Transcribe, EndsWithTheErrorOfTheRecogniser) {
    const auto broken = [](std::span<const float>) -> base::Result<Recognition> {
        return base::fail(base::ErrorCode::model_broken, "it broke");
    };
    const auto transcript = transcribe_samples(spoken(6, 3), {.threads = 2, .answer = broken});
    ASSERT_FALSE(transcript);
    EXPECT_EQ(transcript.error().message, "it broke");
}

TEST(Transcribe, EndsWithTheErrorOfTheSource) {
    const VoiceActivityModel& voice_activity = fixtures::voice_activity();
    fakes::Source source(spoken(2, 3), 4096, base::Error{base::ErrorCode::media_corrupt, "damaged"});
    runtime::Threads threads(2);
    const auto transcript =
        transcribe(source, voice_activity, fakes::FakeRecogniser(answer_hash), threads, {}, ignore, never_stop);
    ASSERT_FALSE(transcript);
    EXPECT_EQ(transcript.error().code, base::ErrorCode::media_corrupt);
}

TEST(Transcribe, StopsBetweenBlocks) {
    const VoiceActivityModel& voice_activity = fixtures::voice_activity();
    fakes::Source source(spoken(10, 3));
    runtime::Threads threads(2);
    std::atomic<bool> stop = false;
    const auto stop_soon = [&](const Progress& progress) { stop = progress.heard_seconds > 4; };
    const auto transcript =
        transcribe(source, voice_activity, fakes::FakeRecogniser(answer_hash), threads, {}, stop_soon, stop);
    ASSERT_FALSE(transcript);
    EXPECT_EQ(transcript.error().code, base::ErrorCode::cancelled);
    EXPECT_LT(source.summary().samples, 10 * 16000);
}

TEST(Transcribe, AccountsForTheCpuTimeOfTheEngine) {
    const VoiceActivityModel& voice_activity = fixtures::voice_activity();
    fakes::Source source(spoken(2, 3));
    runtime::Threads threads(1);
    std::atomic<std::int64_t> engine_cpu_ns = 0;
    ASSERT_TRUE(transcribe(source, voice_activity, fakes::FakeRecogniser(answer_hash), threads,
                           {.engine_cpu_ns = &engine_cpu_ns}, ignore, never_stop));
    EXPECT_GT(engine_cpu_ns, 0);
}

TEST(Transcribe, HearsEachChannelOnItsOwn) {
    const VoiceActivityModel& voice_activity = fixtures::voice_activity();
    std::vector<float> first = spoken(3, 3);
    std::vector<float> second(first.size() / 3);
    second.insert(second.end(), first.begin(), first.end());
    first.resize(second.size());
    std::vector<float> both;
    for (std::size_t i = 0; i < first.size(); ++i) {
        both.push_back(first[i]);
        both.push_back(second[i]);
    }
    const auto run = [&](std::size_t threads_count, std::size_t block) {
        fakes::Source source(both, block, std::nullopt, 2);
        runtime::Threads threads(threads_count);
        return transcribe(source, voice_activity, fakes::FakeRecogniser(answer_hash), threads, {.channels_apart = true},
                          ignore, never_stop)
            .value();
    };
    const auto transcript = run(1, 4096);
    EXPECT_EQ(transcript.channels, 2);
    EXPECT_DOUBLE_EQ(transcript.duration_seconds, static_cast<double>(first.size()) / 16000);
    for (const auto& [channel, samples] : {std::pair(0, first), std::pair(1, second)}) {
        std::vector<std::string> texts;
        for (const model::Segment& segment : transcript.segments) {
            if (segment.channel == channel) texts.push_back(segment.text);
        }
        std::vector<std::string> alone;
        const auto of_one = transcribe_samples(samples).value();
        for (const model::Segment& segment : of_one.segments)
            alone.push_back(segment.text);
        EXPECT_EQ(texts, alone) << channel;
        EXPECT_EQ(texts.size(), 3U);
    }
    EXPECT_TRUE(std::ranges::is_sorted(transcript.segments, {}, [](const auto& s) { return s.time.start_seconds; }));
    EXPECT_EQ(summary(run(3, 511)), summary(transcript));
}

}  // namespace
}  // namespace speech
