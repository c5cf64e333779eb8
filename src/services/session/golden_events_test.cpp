#include "flow/golden_events.hpp"

#include "services/session/announcements.hpp"

namespace session {
namespace {

SessionRecord example() {
    SessionRecord record;
    record.session.id = flow::golden_session;
    record.session.run_id = flow::golden_run;
    record.said.title = "Nobody else's business";
    record.said.language = "en";
    record.said.model = "moonshine-tiny-en";
    record.said.priority = 3;
    record.video_key = "videos/" + std::string(flow::golden_session) + "/" + flow::golden_thing;
    return record;
}

TranscriptVersion version() {
    return {.id = flow::golden_thing,
            .session_id = flow::golden_session,
            .version = 2,
            .content_hash = flow::golden_hash,
            .blob_key = "transcripts/" + std::string(flow::golden_session) + "/" + flow::golden_hash};
}

void expect_golden(const std::string& type, const std::function<base::Result<void>(store::Transaction&)>& announce) {
    flow::expect_golden_event(type, "session", announce);
}

TEST(GoldenEvents, OfSessions) {
    using store::Transaction;
    expect_golden("session.queued",
                  [](Transaction& transaction) { return announce_queued(transaction, example(), false); });
    expect_golden("session.completed",
                  [](Transaction& transaction) { return announce_completed(transaction, example(), version()); });
    expect_golden("session.failed", [](Transaction& transaction) {
        SessionRecord record = example();
        record.session.error = {"media_no_audio", "the media has no audio track"};
        return announce_failed(transaction, record, flow::golden_run);
    });
    // It was still uploading, and never had a run.
    expect_golden("session.cancelled", [](Transaction& transaction) {
        SessionRecord record = example();
        record.session.run_id.clear();
        return announce_cancelled(transaction, record);
    });
    expect_golden("session.deleted",
                  [](Transaction& transaction) { return announce_deleted(transaction, flow::golden_session); });
    expect_golden("transcript.edited",
                  [](Transaction& transaction) { return announce_edited(transaction, version(), flow::golden_run); });
}

}  // namespace
}  // namespace session
