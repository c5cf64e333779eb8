#include "services/transcription/transcription.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "model/transcript_json.hpp"
#include "services/transcription/pcm.hpp"
#include "services/transcription/test_stage.hpp"

namespace transcription {
namespace {

using base::ErrorCode;

TEST(Transcription, GivesTheVeryBytesOfTheCommandLinesTranscriber) {
    Stage stage;
    const auto samples = spoken(10);  // more than one batch
    stage.upload(samples);
    stage.queue();
    stage.test.settle();

    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(samples));
    EXPECT_EQ(stage.state(), "completed");
    EXPECT_EQ(*completed[0].payload.member("segments")->integer(), 10);
    EXPECT_EQ(*completed[0].payload.member("words")->integer(), 20);
    EXPECT_EQ(completed[0].partition_key, "s1");
    EXPECT_EQ(completed[0].correlation_id, stage.test.events("session.queued")[0].correlation_id);
    EXPECT_EQ(stage.test.events("transcription.started").size(), 1U);
    EXPECT_TRUE(stage.test.events("transcription.failed").empty());
    EXPECT_EQ(stage.recognitions, 10);
}

TEST(Transcription, TheFirstSegmentIsReadyBeforeTheVideoIsDecoded) {
    Stage stage;
    const auto samples = spoken(4);
    stage.upload(samples);
    std::int64_t blocks = 0;
    std::int64_t rows_half_way = 0;
    const auto all = static_cast<std::int64_t>(samples.size()) / 4096;
    stage.before_block = [&]() -> base::Result<void> {
        if (++blocks == all / 2) rows_half_way = stage.count("transcription_segments");
        return {};
    };
    stage.queue();
    stage.test.settle();
    EXPECT_EQ(rows_half_way, 1);
    EXPECT_EQ(stage.state(), "completed");
}

TEST(Transcription, KeepsNoSamplesOnceTheRunHasEnded) {
    Stage stage;
    stage.upload(spoken(2));
    stage.queue();
    stage.test.settle();
    stage.settle_erasures();
    EXPECT_TRUE(stage.blobs_under("runs/").empty());
    EXPECT_EQ(stage.blobs_under("videos/").size(), 1U) << "the video is not ours";
    EXPECT_EQ(stage.blobs_under("transcripts/s1/").size(), 1U);
}

TEST(Transcription, SweepsSamplesThatAFrozenPlannerWroteTooLate) {
    Stage stage;
    stage.upload(spoken(2));
    stage.queue();
    stage.test.settle();
    stage.settle_erasures();
    const std::string late =
        pcm_key(*stage.test.events("transcription.completed").at(0).payload.member("run_id")->text(), 1, 1);
    must(stage.blobs()->put(late, {}, {}));
    stage.test.clock().advance(std::chrono::hours(60));
    stage.test.settle();
    EXPECT_TRUE(stage.blobs_under("runs/").empty());
    EXPECT_EQ(stage.blobs_under("videos/").size(), 1U);
    EXPECT_EQ(stage.blobs_under("transcripts/s1/").size(), 1U) << "not ours to sweep";
}

TEST(Transcription, KeepsTheSamplesOfARunThatGoesOnForDays) {
    Stage stage;
    const auto samples = spoken(3);
    stage.upload(samples);
    bool waiting = true;
    stage.before_recognition = [&]() -> base::Result<void> {
        if (waiting) return base::fail(ErrorCode::unavailable, "not now");
        return {};
    };
    stage.queue();
    stage.test.settle(std::chrono::seconds(5));
    ASSERT_FALSE(stage.blobs_under("runs/").empty());
    stage.test.clock().advance(std::chrono::hours(60));
    stage.test.settle(std::chrono::seconds(1));
    waiting = false;
    stage.test.settle();
    EXPECT_EQ(stage.state(), "completed");
}

TEST(Transcription, OfSilenceIsAnEmptyTranscript) {
    Stage stage;
    const std::vector<float> silence(16000 * 8);
    stage.upload(silence);
    stage.queue();
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(silence));
    EXPECT_EQ(completed[0].payload.member("duration_seconds")->number(), 8.0);
}

TEST(Transcription, OfSeveralSessionsWithTheSameVideoGivesTheSameBlob) {
    Stage stage;
    for (const std::string session : {"s1", "s2"}) {
        stage.upload(spoken(2), session);
        stage.queue(1, session);
    }
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 2U);
    EXPECT_EQ(stage.text_of(completed[0], "content_hash"), stage.text_of(completed[1], "content_hash"));
}

TEST(Transcription, EventsThatComeTwiceBeginOneRun) {
    Stage stage;
    stage.upload(spoken(2));
    stage.queue();
    stage.queue(1, "s1", "en", "fake", "/told again");
    stage.test.settle();
    stage.queue(1, "s1", "en", "fake", "/and late");
    stage.test.settle();
    EXPECT_EQ(stage.count("transcription_runs"), 1);
    EXPECT_EQ(stage.recognitions, 2);
    EXPECT_EQ(stage.test.events("transcription.completed").size(), 1U);
}

TEST(Transcription, TellsProgressInTwentiethsAtMost) {
    Stage stage;
    stage.upload(spoken(21));
    stage.queue();
    stage.test.settle();
    const auto told = stage.test.events("transcription.progressed");
    EXPECT_GE(told.size(), 1U);
    EXPECT_LE(told.size(), 20U);
    EXPECT_EQ(*told.back().payload.member("segments_total")->integer(), 21);
}

struct Refusal {
    std::string name;
    ErrorCode code;
    std::function<void(Stage&)> begin;
};

TEST(Transcription, AFinalFaultOfThePlanFailsTheRunOnce) {
    const Refusal refusals[] = {
        {"a model that nobody has", ErrorCode::model_not_found,
         [](Stage& stage) { stage.queue(1, "s1", "en", "enormous"); }},
        {"a language the model does not know", ErrorCode::language_unsupported,
         [](Stage& stage) { stage.queue(1, "s1", "fi"); }},
        {"no video", ErrorCode::blob_not_found, [](Stage& stage) { stage.queue(1, "s7"); }},
        {"a broken video", ErrorCode::media_corrupt,
         [](Stage& stage) {
             stage.before_block = [] { return base::fail(ErrorCode::media_corrupt, "damaged"); };
             stage.queue();
         }},
    };
    for (const Refusal& refusal : refusals) {
        Stage stage;
        stage.upload(spoken(1));
        refusal.begin(stage);
        stage.test.settle();
        const auto failed = stage.test.events("transcription.failed");
        ASSERT_EQ(failed.size(), 1U) << refusal.name;
        EXPECT_EQ(stage.text_of(failed[0], "code"), base::code_name(refusal.code)) << refusal.name;
        EXPECT_EQ(stage.count("transcription_runs", "state = 'failed'"), 1) << refusal.name;
        EXPECT_TRUE(stage.test.events("transcription.completed").empty()) << refusal.name;
        const std::string metrics = stage.test.platform().metrics.exposition();
        EXPECT_NE(metrics.find("transcription_errors_total{code=\"" + std::string(base::code_name(refusal.code))),
                  std::string::npos);
    }
}

TEST(Transcription, AFinalFaultOfASegmentEndsTheWholeRun) {
    Stage stage;
    stage.upload(spoken(6));
    stage.before_recognition = [&]() -> base::Result<void> {
        if (stage.recognitions >= 3) return base::fail(ErrorCode::model_broken, "it broke");
        return {};
    };
    stage.queue();
    stage.test.settle();
    EXPECT_EQ(stage.test.events("transcription.failed").size(), 1U);
    EXPECT_EQ(stage.state(), "failed");
    EXPECT_EQ(stage.count("work", "state in ('ready', 'leased', 'dead') and kind <> 'transcription.erase'"), 0);
    stage.settle_erasures();
    EXPECT_TRUE(stage.blobs_under("runs/").empty());
}

TEST(Transcription, FaultsThatPassAreTriedAgain) {
    Stage stage;
    const auto samples = spoken(3);
    stage.upload(samples);
    int blocks = 0;
    stage.before_block = [&]() -> base::Result<void> {
        if (++blocks == 20) return base::fail(ErrorCode::unavailable, "not now");
        return {};
    };
    stage.before_recognition = [&]() -> base::Result<void> {
        if (stage.recognitions % 2 == 1) return base::fail(ErrorCode::unavailable, "not now");
        return {};
    };
    stage.queue();
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(samples));
}

TEST(Transcription, ARetryTakesOverWhatIsDone) {
    Stage stage;
    const auto samples = spoken(6);
    stage.upload(samples);
    stage.before_recognition = [&]() -> base::Result<void> {
        if (stage.recognitions > 4) return base::fail(ErrorCode::model_broken, "it broke");
        return {};
    };
    stage.queue();
    stage.test.settle();
    ASSERT_EQ(stage.state(), "failed");
    const std::int64_t done = stage.count("transcription_segments", "state = 'done'");
    ASSERT_GE(done, 2);
    stage.before_recognition = {};
    stage.recognitions = 0;
    stage.queue(2);
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.recognitions, 6 - done);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(samples));
}

TEST(Transcription, ARetryThatHearsTheSameNamesTheSameBlob) {
    Stage stage;
    stage.upload(spoken(2));
    for (const int attempt : {1, 2}) {
        stage.queue(attempt);
        stage.test.settle();
    }
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 2U);
    EXPECT_EQ(Stage::text_of(completed[0], "blob_key"), Stage::text_of(completed[1], "blob_key"));
    EXPECT_EQ(stage.blobs_under("transcripts/s1/").size(), 1U);
}

TEST(Transcription, ACancelledRunLeavesNoWorkBehind) {
    Stage stage;
    stage.upload(spoken(3));
    stage.before_recognition = [] { return base::fail(ErrorCode::unavailable, "not now"); };
    stage.queue();
    stage.test.settle(std::chrono::seconds(2));
    const char* const open = "state in ('ready', 'leased') and kind = 'transcription.segment'";
    ASSERT_GT(stage.count("work", open), 0);
    stage.cancel();
    stage.test.settle(std::chrono::seconds(2));
    EXPECT_EQ(stage.state(), "cancelled");
    EXPECT_EQ(stage.count("work", open), 0);
}

TEST(Transcription, ARetryInAnotherLanguageHearsEverythingAgain) {
    Stage stage;
    stage.upload(spoken(2));
    stage.queue();
    stage.test.settle();
    stage.queue(2, "s1", "en-GB");
    stage.test.settle();
    EXPECT_EQ(stage.recognitions, 4);
    EXPECT_EQ(stage.test.events("transcription.completed").size(), 2U);
}

TEST(Transcription, CountsWhatItDoes) {
    Stage stage;
    stage.upload(spoken(2));
    stage.queue();
    stage.test.settle();
    const std::string metrics = stage.test.platform().metrics.exposition();
    for (const char* line : {"transcriptions_completed_total 1", "transcription_duration_seconds_count 1",
                             "video_duration_minutes_count 1", "transcription_audio_seconds_total "})
        EXPECT_NE(metrics.find(line), std::string::npos) << line;
}

// The second channel is the first one, three seconds later.
std::vector<float> two_channels() {
    std::vector<float> first = spoken(4);
    std::vector<float> second(3 * 16000);
    second.insert(second.end(), first.begin(), first.end());
    first.resize(second.size());
    std::vector<float> both;
    for (std::size_t i = 0; i < first.size(); ++i) {
        both.push_back(first[i]);
        both.push_back(second[i]);
    }
    return both;
}

TEST(Transcription, OfChannelsApartGivesTheVeryBytesToo) {
    Stage stage;
    stage.upload(two_channels());
    stage.queue(1, "s1", "en", "fake", "", true);
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    const std::string transcript = stage.transcript(completed[0]);
    EXPECT_EQ(transcript, Stage::expected(two_channels(), {.channels = 2}));
    const auto parsed = must(model::parse_transcript(transcript));
    EXPECT_EQ(parsed.channels, 2);
    EXPECT_EQ(std::ranges::count(parsed.segments, 1, &model::Segment::channel), 4);
    EXPECT_EQ(stage.number("select channels as value from transcription_runs where tenant_id = :tenant"), 2);
}

TEST(Transcription, OfChannelsApartTakesNothingOverFromTheMix) {
    Stage stage;
    stage.upload(two_channels());
    stage.queue();
    stage.test.settle();
    const auto mixed = stage.recognitions;
    stage.queue(2, "s1", "en", "fake", "", true);
    stage.test.settle();
    EXPECT_EQ(stage.recognitions, mixed + 8);
}

TEST(Transcription, TellsSpeakersApartAsTheCommandLineDoes) {
    Stage stage;
    const auto samples = spoken(10);
    stage.upload(samples);
    stage.queue(1, "s1", "en", "fake", "", false, "auto");
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    const std::string transcript = stage.transcript(completed[0]);
    EXPECT_EQ(transcript, Stage::expected(samples, {.with_speakers = true}));
    EXPECT_NE(transcript.find(R"("speaker":"S2")"), std::string::npos) << transcript;
    EXPECT_NE(transcript.find("voices/1"), std::string::npos);
}

// While a program of another version runs beside this one, each assembles what its own engine has heard.
TEST(Transcription, LeavesSpeakersOfAnotherEngineToWhoHasIt) {
    Stage stage;
    stage.upload(spoken(1));
    const auto change = [&](const std::string& sql) {
        auto transaction = must(stage.test.platform().database.tenant("acme").write());
        must(transaction.execute(sql));
        must(std::move(transaction).commit());
    };
    stage.before_recognition = [&]() -> base::Result<void> {
        if (stage.count("transcription_runs", "planned = 1") == 0)
            return base::fail(base::ErrorCode::unavailable, "once more");
        change("update transcription_runs set engine = 'another engine' where tenant_id = :tenant");
        return {};
    };
    stage.queue(1, "s1", "en", "fake", "", false, "auto");
    stage.test.settle();
    ASSERT_EQ(stage.state(), "assembling");
    const std::string of_assembly = "tenant_id = :tenant and kind = 'transcription.assemble'";
    EXPECT_EQ(stage.number("select attempts as value from work where " + of_assembly), 0) << "left alone";

    change("update work set requirement = '' where " + of_assembly);  // as an older program had added it
    stage.test.settle();
    EXPECT_TRUE(stage.test.events("transcription.completed").empty());
    const auto failed = stage.test.events("transcription.failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(Stage::text_of(failed[0], "code"), "unavailable");
}

TEST(Transcription, TakesVoicesOverWhereOnlyTheNumberOfSpeakersIsAnother) {
    Stage stage;
    const auto samples = spoken(6);
    stage.upload(samples);
    stage.queue(1, "s1", "en", "fake", "", false, "auto");
    stage.test.settle();
    stage.queue(2, "s1", "en", "fake", "", false, "1");
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 2U);
    EXPECT_EQ(stage.recognitions, 6);
    EXPECT_EQ(stage.transcript(completed[1]), Stage::expected(samples, {.with_speakers = true, .speakers = 1}));
}

TEST(Transcription, RecognisesAnewWhereNoVoicesWereKept) {
    Stage stage;
    const auto samples = spoken(6);
    stage.upload(samples);
    stage.queue();
    stage.test.settle();
    stage.queue(2, "s1", "en", "fake", "", false, "auto");
    stage.test.settle();
    EXPECT_EQ(stage.recognitions, 12);
    EXPECT_EQ(stage.transcript(stage.test.events("transcription.completed")[1]),
              Stage::expected(samples, {.with_speakers = true}));
}

}  // namespace
}  // namespace transcription
