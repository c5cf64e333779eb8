// Crashes, lost claims, cancellation and deletion, at every moment: no run is lost, doubled or stuck.
#include <gtest/gtest.h>

#include "services/transcription/segment_rows.hpp"
#include "services/transcription/test_stage.hpp"

namespace transcription {
namespace {

TEST(TranscriptionCrash, BetweenTheSamplesAndTheirRowsCostsNothing) {
    Stage stage;
    const auto samples = spoken(5);
    stage.upload(samples);
    bool crashed = false;
    stage.before_block = [&]() -> base::Result<void> {
        if (crashed || stage.blobs_under("runs/").size() < 3) return {};
        crashed = true;
        EXPECT_EQ(stage.count("transcription_segments"), 1) << "the others are samples without a row";
        stage.test.start_process();
        stage.test.crash(0);
        return {};
    };
    stage.queue();
    stage.test.settle();
    ASSERT_TRUE(crashed);
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(samples));
    EXPECT_EQ(stage.count("transcription_segments"), 5);
    stage.settle_erasures();
    EXPECT_TRUE(stage.blobs_under("runs/").empty()) << "those that no row names too";
}

TEST(TranscriptionCrash, APlanThatComesOutOtherwiseIsNotContinued) {
    Stage stage;
    stage.upload(spoken(4));
    stage.before_block = [&, changed = false]() mutable -> base::Result<void> {
        if (changed || stage.count("transcription_segments") == 0) return {};
        changed = true;
        auto transaction = must(stage.test.platform().database.tenant("acme").write());
        must(transaction.execute(
            "update transcription_segments set end_samples = end_samples - 512 where tenant_id = :tenant"));
        must(transaction.commit());
        return base::fail(base::ErrorCode::unavailable, "once more");
    };
    stage.queue();
    stage.test.settle();
    const auto failed = stage.test.events("transcription.failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(Stage::text_of(failed[0], "code"), "conflict");
}

TEST(TranscriptionCrash, OfAnyProcessAtAnyMomentLosesAndDoublesNothing) {
    const auto samples = spoken(5);
    const std::string expected = Stage::expected(samples);
    int in_the_middle = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        Stage stage(seed);
        stage.upload(samples);
        stage.test.start_process();
        stage.queue();
        base::SeededRandom random(seed);
        std::size_t newest = 1;
        for (int crash = 0; crash < 2; ++crash) {
            while (stage.state() == "none" || stage.state() == "queued")
                stage.test.step();
            for (auto steps = random.below(30); steps > 0; --steps)
                stage.test.step();
            if (stage.state() == "running" || stage.state() == "assembling") ++in_the_middle;
            const std::size_t victim = newest - random.below(2);
            newest = stage.test.start_process();
            stage.test.crash(victim);
        }
        stage.test.settle();
        const auto completed = stage.test.events("transcription.completed");
        ASSERT_EQ(completed.size(), 1U) << "seed " << seed << ": the run is " << stage.state();
        EXPECT_EQ(stage.transcript(completed[0]), expected) << "seed " << seed;
        EXPECT_EQ(stage.count("transcription_segments", "state = 'done'"), 5) << "seed " << seed;
        EXPECT_EQ(stage.number("select segments_remaining as value from transcription_runs where tenant_id = :tenant"),
                  0);
    }
    EXPECT_GE(in_the_middle, 6) << "crashes before or after everything prove nothing";
}

TEST(TranscriptionCrash, ASegmentIsCommittedOnce) {
    Stage stage;
    stage.upload(spoken(1));
    stage.queue();
    stage.test.settle();
    auto transaction = must(stage.test.platform().database.tenant("acme").write());
    EXPECT_FALSE(must(finish_segment(transaction, Stage::run_id(), 0, {"other words", 2})));
    EXPECT_EQ(copy_segment(transaction, Stage::run_id(), "another run", 7, "").error().code,
              base::ErrorCode::unavailable);
}

TEST(TranscriptionCrash, SegmentsOfOneVideoAreRecognisedByBothProcesses) {
    Stage stage;
    const auto samples = spoken(8);
    stage.upload(samples);
    stage.test.start_process();
    stage.before_recognition = [&]() -> base::Result<void> {
        stage.test.clock().advance(std::chrono::milliseconds(300));  // so that the other one looks for work
        return {};
    };
    stage.queue();
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(samples));
    const auto took_part = [&](std::size_t process) {
        runtime::Metrics& metrics = stage.test.platform(process).metrics;
        return metrics.counter({"transcription_audio_seconds_total", ""}).with().value() > 0;
    };
    EXPECT_TRUE(took_part(0));
    EXPECT_TRUE(took_part(1));
}

TEST(TranscriptionCancel, InEveryStateEndsTheRunAndErasesItsSamples) {
    std::map<std::string, int> seen;
    for (int steps = 0; steps < 400; steps += 9) {
        Stage stage;
        stage.upload(spoken(2));
        stage.queue();
        for (int step = 0; step < steps; ++step)
            stage.test.step();
        const std::string before = stage.state();
        ++seen[before];
        stage.cancel();
        stage.test.settle();
        const bool was_completed = stage.test.events("transcription.completed").size() == 1;
        EXPECT_EQ(stage.state(), was_completed ? "completed" : "cancelled") << "from " << before;
        EXPECT_TRUE(stage.test.events("transcription.failed").empty());
        EXPECT_EQ(stage.count("work", "state in ('ready', 'leased', 'dead') and kind <> 'transcription.erase'"), 0);
        stage.settle_erasures();
        EXPECT_TRUE(stage.blobs_under("runs/").empty()) << "from " << before;
        if (before == "completed") break;
    }
    EXPECT_TRUE(seen.contains("none"));
    EXPECT_TRUE(seen.contains("running"));
    EXPECT_TRUE(seen.contains("completed"));
}

TEST(TranscriptionCancel, ThatComesBeforeTheQueueingWins) {
    Stage stage;
    stage.upload(spoken(2));
    stage.cancel();
    stage.test.settle();
    stage.queue();
    stage.test.settle();
    EXPECT_EQ(stage.state(), "cancelled");
    EXPECT_EQ(stage.recognitions, 0);
}

TEST(TranscriptionDeletion, LeavesNeitherRowsNorBlobs) {
    for (const int steps : {0, 60, 120, 2'000}) {
        Stage stage;
        stage.upload(spoken(3));
        stage.queue();
        for (int step = 0; step < steps; ++step)
            stage.test.step();
        stage.remove();
        stage.test.settle();
        stage.settle_erasures();
        EXPECT_EQ(stage.count("transcription_runs"), 0) << steps;
        EXPECT_EQ(stage.count("transcription_segments"), 0) << steps;
        EXPECT_TRUE(stage.blobs_under("runs/").empty()) << steps;
        EXPECT_TRUE(stage.blobs_under("transcripts/").empty()) << steps;
    }
}

TEST(TranscriptionDeletion, IsNotUndoneByALateEvent) {
    Stage stage;
    stage.upload(spoken(2));
    stage.remove();
    stage.test.settle();
    stage.queue();
    stage.cancel();
    stage.test.settle();
    EXPECT_EQ(stage.count("transcription_runs"), 0);
    EXPECT_EQ(stage.recognitions, 0);
}

}  // namespace
}  // namespace transcription
