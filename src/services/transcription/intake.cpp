#include "services/transcription/intake.hpp"

#include <limits>
#include <utility>

#include "base/json.hpp"
#include "services/transcription/endings.hpp"
#include "services/transcription/run_rows.hpp"
#include "services/transcription/voice_rows.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

constexpr std::int64_t runs_at_once = 100;  // of one session, in one transaction's page

RunRow new_run(const model::Event& event, std::string session_id, std::string run_id) {
    RunRow row;
    row.run.tenant_id = event.tenant_id;
    row.run.id = std::move(run_id);
    row.run.session_id = std::move(session_id);
    return row;
}

// An event of a later version may say more than we ask for.
base::Result<void> read_through(const base::JsonFields& fields) {
    auto finished = fields.finish();
    if (!finished && finished.error().code == base::ErrorCode::unknown_field) return {};
    return finished;
}

base::Result<bool> is_erased(store::Transaction& transaction, std::string_view session_id) {
    const auto row = transaction.query_one("select id from transcription_erased where tenant_id = :tenant and id = :id",
                                           {{"id", session_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

base::Result<RunRow> queued_run(const model::Event& event) {
    base::JsonFields fields(event.payload, "the payload of session.queued");
    std::string session_id = fields.text("session_id");
    RunRow row = new_run(event, std::move(session_id), fields.text("run_id"));
    row.blob_key = fields.text("blob_key");
    row.language = fields.optional_text("language").value_or("");
    row.model = fields.optional_text("model").value_or("");
    row.speakers = fields.optional_text("speakers").value_or("");
    row.asks_vocabulary = fields.optional_boolean("vocabulary").value_or(false);
    constexpr auto most = std::int64_t{1} << 50U;
    row.priority = fields.optional_integer("priority", -most, most).value_or(0);
    row.multichannel = fields.optional_boolean("multichannel").value_or(false);
    if (const auto finished = read_through(fields); !finished) return std::unexpected(finished.error());
    return row;
}

base::Result<void> queue(store::Transaction& transaction, const model::Event& event) {
    const auto row = queued_run(event);
    if (!row) return std::unexpected(row.error());
    const auto erased = is_erased(transaction, row->run.session_id);
    if (!erased) return std::unexpected(erased.error());
    if (*erased) return {};
    const auto inserted = insert_run(transaction, *row);
    if (!inserted) return std::unexpected(inserted.error());
    return *inserted ? add_plan(transaction, *row) : base::Result<void>();
}

// A run that is cancelled before its queueing is heard of is remembered, so that it never begins.
base::Result<void> remember_cancelled(store::Transaction& transaction, RunRow row) {
    const auto erased = is_erased(transaction, row.run.session_id);
    if (!erased) return std::unexpected(erased.error());
    if (*erased) return {};
    row.run.state = model::RunState::cancelled;
    const auto inserted = insert_run(transaction, row);
    if (!inserted) return std::unexpected(inserted.error());
    return {};
}

base::Result<void> cancel(store::Transaction& transaction, const model::Event& event) {
    base::JsonFields fields(event.payload, "the payload of session.cancelled");
    std::string session_id = fields.text("session_id");
    std::string run_id = fields.optional_text("run_id").value_or("");
    if (const auto finished = read_through(fields); !finished) return finished;
    if (run_id.empty()) return {};  // it was still uploading
    const auto row = lock_run(transaction, run_id);
    if (!row) return std::unexpected(row.error());
    if (row->has_value()) return cancel_run(transaction, **row);
    return remember_cancelled(transaction, new_run(event, std::move(session_id), std::move(run_id)));
}

base::Result<void> erase_runs(store::Transaction& transaction, std::string_view session_id) {
    while (true) {
        const auto rows = runs_of(transaction, session_id, {}, runs_at_once);
        if (!rows) return std::unexpected(rows.error());
        if (rows->empty()) return {};
        for (const RunRow& row : *rows) {
            if (auto erased = erase_run(transaction, row); !erased) return erased;
        }
    }
}

base::Result<void> erase(store::Transaction& transaction, const model::Event& event) {
    base::JsonFields fields(event.payload, "the payload of session.deleted");
    const std::string session_id = fields.text("session_id");
    if (const auto finished = read_through(fields); !finished) return finished;
    const auto remembered = transaction.execute(
        "insert into transcription_erased (tenant_id, id, created_ms) values (:tenant, :id, {now_ms})"
        " on conflict (tenant_id, id) do nothing",
        {{"id", session_id}});
    if (!remembered) return std::unexpected(remembered.error());
    if (auto erased = erase_runs(transaction, session_id); !erased) return erased;
    if (auto forgotten = forget_session(transaction, session_id); !forgotten) return forgotten;
    return add_erasure(transaction, transcript_prefix(session_id));
}

base::Result<void> handle(store::Transaction& transaction, const model::Event& event) {
    if (event.type == "session.queued") return queue(transaction, event);
    if (event.type == "session.cancelled") return cancel(transaction, event);
    return erase(transaction, event);
}

}  // namespace

flow::EventHandler intake() {
    return {.consumer = "transcription.runs",
            .types = {"session.queued", "session.cancelled", "session.deleted"},
            .handle = handle};
}

}  // namespace transcription
