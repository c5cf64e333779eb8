#include "services/transcription/endings.hpp"

#include <string>

#include "services/transcription/announcements.hpp"
#include "services/transcription/segment_rows.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

// What a run leaves when it has ended, in whatever way.
base::Result<void> clear(store::Transaction& transaction, const std::string& run_id) {
    const auto cancelled = store::cancel_work(transaction, run_id);
    if (!cancelled) return std::unexpected(cancelled.error());
    if (auto forgotten = forget_voices_heard(transaction, run_id); !forgotten) return forgotten;
    return add_erasure(transaction, pcm_prefix(run_id));
}

base::Result<void> end_run(store::Transaction& transaction, const RunRow& before, const RunRow& after) {
    if (auto saved = save_run(transaction, before, after); !saved) return saved;
    return clear(transaction, after.run.id);
}

}  // namespace

base::Result<void> cancel_run(store::Transaction& transaction, const RunRow& row) {
    RunRow after = row;
    if (auto changed = change(after, model::RunCancelled{}); !changed) return changed;
    if (after.run == row.run) return {};
    return end_run(transaction, row, after);
}

base::Result<void> erase_run(store::Transaction& transaction, const RunRow& row) {
    const auto segments = transaction.execute(
        "delete from transcription_segments where tenant_id = :tenant and run_id = :run_id", {{"run_id", row.run.id}});
    if (!segments) return std::unexpected(segments.error());
    const auto run = transaction.execute("delete from transcription_runs where tenant_id = :tenant and id = :id",
                                         {{"id", row.run.id}});
    if (!run) return std::unexpected(run.error());
    return clear(transaction, row.run.id);
}

base::Result<void> break_run(const Tools& tools, store::Transaction& transaction, const store::Claim& claim,
                             const base::Error& error) {
    const auto payload = payload_of(claim);
    if (!payload) return std::unexpected(payload.error());
    const auto row = lock_run(transaction, payload->run_id);
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return {};
    RunRow after = **row;
    const model::RunBroken broken{{std::string(base::code_name(error.code)), error.message}};
    if (auto changed = change(after, broken); !changed) return changed;
    if (after.run == (*row)->run) return {};
    if (auto ended = end_run(transaction, **row, after); !ended) return ended;
    tools.measures.failed(error.code);
    return announce_failed(transaction, after.run);
}

}  // namespace transcription
