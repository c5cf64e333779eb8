#include "services/session/announcements.hpp"

namespace session {
namespace {

base::Result<void> emit(store::Transaction& transaction, std::string_view type, std::string_view natural_key,
                        std::string_view session_id, base::JsonObject payload) {
    payload.push_back({"session_id", session_id});
    const auto emitted = transaction.emit(
        {.type = type, .natural_key = natural_key, .partition_key = session_id, .payload = std::move(payload)});
    if (!emitted) return std::unexpected(emitted.error());
    return {};
}

std::string key_of(const model::Session& session, std::string_view occasion) {
    return session.id + "/" + std::string(occasion);
}

// Its run, if it has had one.
base::JsonObject payload_of(const model::Session& session) {
    return session.run_id.empty() ? base::JsonObject() : base::JsonObject{{"run_id", session.run_id}};
}

}  // namespace

base::Result<void> announce_queued(store::Transaction& transaction, const SessionRecord& record, bool has_words) {
    const model::Session& session = record.session;
    base::JsonObject payload{{"run_id", session.run_id},         {"blob_key", record.video_key},
                             {"language", record.said.language}, {"model", record.said.model},
                             {"priority", record.said.priority}, {"multichannel", record.said.multichannel}};
    if (!record.said.speakers.empty()) payload.push_back({"speakers", record.said.speakers});
    if (has_words) payload.push_back({"vocabulary", true});
    return emit(transaction, "session.queued", key_of(session, session.run_id), session.id, std::move(payload));
}

base::Result<void> announce_completed(store::Transaction& transaction, const SessionRecord& record,
                                      const TranscriptVersion& version) {
    const model::Session& session = record.session;
    return emit(transaction, "session.completed", key_of(session, session.run_id), session.id,
                {{"run_id", session.run_id}, {"transcript_id", version.id}, {"version", version.version}});
}

base::Result<void> announce_failed(store::Transaction& transaction, const SessionRecord& record,
                                   std::string_view occasion) {
    const model::Session& session = record.session;
    base::JsonObject payload = payload_of(session);
    payload.push_back({"code", session.error->code});
    payload.push_back({"message", session.error->message});
    return emit(transaction, "session.failed", key_of(session, occasion), session.id, std::move(payload));
}

base::Result<void> announce_cancelled(store::Transaction& transaction, const SessionRecord& record) {
    const model::Session& session = record.session;
    return emit(transaction, "session.cancelled", key_of(session, session.run_id), session.id, payload_of(session));
}

base::Result<void> announce_deleted(store::Transaction& transaction, std::string_view session_id) {
    return emit(transaction, "session.deleted", session_id, session_id, {});
}

base::Result<void> announce_edited(store::Transaction& transaction, const TranscriptVersion& version,
                                   std::string_view run_id) {
    return emit(transaction, "transcript.edited", version.id, version.session_id,
                {{"run_id", run_id},
                 {"transcript_id", version.id},
                 {"version", version.version},
                 {"blob_key", version.blob_key},
                 {"content_hash", version.content_hash}});
}

}  // namespace session
