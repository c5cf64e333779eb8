#include "services/session/events.hpp"

#include <algorithm>
#include <limits>

#include "services/session/adoption.hpp"
#include "services/session/announcements.hpp"
#include "services/session/vocabulary.hpp"

namespace session {
namespace {

using base::JsonFields;
using base::Result;
using store::Transaction;

constexpr std::size_t longest_message_bytes = 10'000;
constexpr std::int64_t most_segments = std::numeric_limits<std::int64_t>::max();

// A newer program may tell more than this one knows: what it needs must be right, the rest is left alone.
Result<void> finish(const JsonFields& fields) {
    auto finished = fields.finish();
    if (!finished && finished.error().code == base::ErrorCode::unknown_field) return {};
    return finished;
}

model::SessionError read_error(JsonFields& fields) {
    return {fields.text("code"), fields.text("message", longest_message_bytes)};
}

Result<void> on_uploaded(Transaction& transaction, JsonFields& fields, SessionRecord& record) {
    const std::string blob_key = fields.text("blob_key");
    if (const auto finished = finish(fields); !finished) return finished;
    const SessionRecord before = record;
    auto changed = model::apply(record.session, model::VideoUploaded{run_id_of(record.session.id, 1)});
    if (!changed) return std::unexpected(changed.error());
    record.session = std::move(*changed);
    if (record.video_key.empty()) record.video_key = blob_key;
    const bool queued = record.session.run_id != before.session.run_id;
    if (queued) record.run_number = 1;
    if (const auto saved = save_session(transaction, before, record); !saved) return saved;
    return queued ? announce_queued_run(transaction, record) : Result<void>();
}

// The change, and word of it when it made the session a failed one.
Result<void> fail_session(Transaction& transaction, SessionRecord& record, const model::SessionChange& change,
                          std::string_view occasion) {
    const auto changed = change_session(transaction, record, change);
    if (!changed) return std::unexpected(changed.error());
    return *changed ? announce_failed(transaction, record, occasion) : Result<void>();
}

Result<void> on_upload_failed(Transaction& transaction, JsonFields& fields, SessionRecord& record) {
    const std::string upload_id = fields.text("upload_id");
    const model::UploadFailed change{read_error(fields)};
    if (const auto finished = finish(fields); !finished) return finished;
    return fail_session(transaction, record, change, upload_id);
}

Result<void> change(Transaction& transaction, const JsonFields& fields, SessionRecord& record,
                    const model::SessionChange& change) {
    if (const auto finished = finish(fields); !finished) return finished;
    const auto changed = change_session(transaction, record, change);
    if (!changed) return std::unexpected(changed.error());
    return {};
}

Result<void> on_started(Transaction& transaction, JsonFields& fields, SessionRecord& record) {
    return change(transaction, fields, record, model::RunStarted{fields.text("run_id")});
}

Result<void> on_progressed(Transaction& transaction, JsonFields& fields, SessionRecord& record) {
    const model::RunProgressed progress{fields.text("run_id"), fields.integer("segments_done", 0, most_segments),
                                        fields.integer("segments_total", 0, most_segments)};
    return change(transaction, fields, record, progress);
}

Result<void> on_run_failed(Transaction& transaction, JsonFields& fields, SessionRecord& record) {
    const model::RunFailed change{fields.text("run_id"), read_error(fields)};
    if (const auto finished = finish(fields); !finished) return finished;
    return fail_session(transaction, record, change, change.run_id);
}

Result<void> on_run_completed(Transaction& transaction, JsonFields& fields, SessionRecord& record) {
    const Adoption adoption{record.session.id, fields.text("run_id"), fields.text("blob_key"),
                            fields.text("content_hash")};
    if (const auto finished = finish(fields); !finished) return finished;
    return plan_adoption(transaction, adoption);
}

struct Row {
    std::string_view type;
    Result<void> (*handle)(Transaction&, JsonFields&, SessionRecord&);
};
constexpr Row upload_rows[]{{"video.uploaded", on_uploaded}, {"upload.failed", on_upload_failed}};
constexpr Row run_rows[]{{"transcription.started", on_started},
                         {"transcription.progressed", on_progressed},
                         {"transcription.completed", on_run_completed},
                         {"transcription.failed", on_run_failed}};

// It was deleted meanwhile; or the request that makes it is late, and nobody waits for it any more.
Result<void> handle_without_session(Transaction& transaction, const model::Event& event, const JsonFields& fields,
                                    const std::string& session_id) {
    if (auto finished = finish(fields); !finished || event.type != "upload.failed") return finished;
    return refuse_session(transaction, session_id);
}

Result<void> handle(std::span<const Row> rows, Transaction& transaction, const model::Event& event) {
    const auto row = std::ranges::find(rows, event.type, &Row::type);
    if (row == rows.end()) return {};
    JsonFields fields(event.payload, "the event " + event.type);
    const std::string session_id = fields.text("session_id");
    auto record = find_session(transaction, session_id);
    if (!record) return std::unexpected(record.error());
    if (!record->has_value()) return handle_without_session(transaction, event, fields, session_id);
    return row->handle(transaction, fields, **record);
}

flow::EventHandler handler(std::string consumer, std::span<const Row> rows) {
    flow::EventHandler made{.consumer = std::move(consumer)};
    for (const Row& row : rows)
        made.types.emplace_back(row.type);
    made.handle = [rows](Transaction& transaction, const model::Event& event) {
        return handle(rows, transaction, event);
    };
    return made;
}

}  // namespace

flow::EventHandler upload_events() {
    return handler("session.uploads", upload_rows);
}

flow::EventHandler run_events() {
    return handler("session.runs", run_rows);
}

}  // namespace session
