#include "flow/golden_events.hpp"

#include "services/transcription/announcements.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

RunRow example() {
    RunRow row;
    row.run.id = flow::golden_run;
    row.run.session_id = flow::golden_session;
    row.run.engine = "moonshine-tiny-en; avx512";
    row.run.planned = true;
    row.run.segments_total = 40;
    row.run.segments_remaining = 30;
    row.language = "en";
    return row;
}

void expect_golden(const std::string& type, const std::function<base::Result<void>(store::Transaction&)>& announce) {
    flow::expect_golden_event(type, "transcription", announce);
}

TEST(GoldenEvents, OfRuns) {
    using store::Transaction;
    expect_golden("transcription.started",
                  [](Transaction& transaction) { return announce_started(transaction, example().run); });
    expect_golden("segment.ready",
                  [](Transaction& transaction) { return announce_segments(transaction, example().run, 8, 7); });
    expect_golden("transcription.progressed",
                  [](Transaction& transaction) { return announce_progress(transaction, example()); });
    expect_golden("transcription.completed", [](Transaction& transaction) {
        return announce_completed(transaction, example(),
                                  {.run_id = flow::golden_run,
                                   .blob_key = transcript_prefix(flow::golden_session) + flow::golden_hash,
                                   .content_hash = flow::golden_hash,
                                   .duration_seconds = 62.5,
                                   .segments = 38,
                                   .words = 170});
    });
    expect_golden("transcription.failed", [](Transaction& transaction) {
        model::Run run = example().run;
        run.error = {"media_no_audio", "the media has no audio track"};
        return announce_failed(transaction, run);
    });
}

TEST(Announcements, KeepStillWithoutAnythingToTell) {
    flow::TestPlatform test({});
    auto transaction = flow::must(test.platform().database.tenant("acme", {.source = "transcription"}).write());
    flow::must(announce_segments(transaction, example().run, 8, 0));
    RunRow between_steps = example();
    between_steps.run.segments_remaining = 29;
    flow::must(announce_progress(transaction, between_steps));
    EXPECT_TRUE(flow::must(transaction.query("select id from outbox where tenant_id = :tenant")).empty());
}

}  // namespace
}  // namespace transcription
