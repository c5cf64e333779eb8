#include "services/transcription/announcements.hpp"

#include "services/transcription/progress.hpp"

namespace transcription {
namespace {

base::Result<void> emit(store::Transaction& transaction, std::string_view type, std::string_view natural_key,
                        const model::Run& run, base::JsonObject payload) {
    payload.push_back({"session_id", run.session_id});
    payload.push_back({"run_id", run.id});
    const auto told = transaction.emit(
        {.type = type, .natural_key = natural_key, .partition_key = run.session_id, .payload = std::move(payload)});
    if (!told) return std::unexpected(told.error());
    return {};
}

std::string key_of(const model::Run& run, std::int64_t occasion) {
    return run.id + "/" + std::to_string(occasion);
}

}  // namespace

base::Result<void> announce_started(store::Transaction& transaction, const model::Run& run) {
    return emit(transaction, "transcription.started", run.id, run, {{"engine", run.engine}});
}

base::Result<void> announce_segments(store::Transaction& transaction, const model::Run& run, std::int64_t first_index,
                                     std::int64_t count) {
    if (count == 0) return {};
    return emit(transaction, "segment.ready", key_of(run, first_index), run, {{"count", count}});
}

base::Result<void> announce_progress(store::Transaction& transaction, const RunRow& row) {
    const std::int64_t expected = expected_segments(row);
    const std::int64_t done = row.run.segments_total - row.run.segments_remaining;
    const std::int64_t step = progress_step(done, expected);
    if (step == progress_step(done - 1, expected)) return {};
    return emit(transaction, "transcription.progressed", key_of(row.run, step), row.run,
                {{"segments_done", done}, {"segments_total", expected}});
}

base::Result<void> announce_completed(store::Transaction& transaction, const RunRow& row, const Assembled& assembled) {
    return emit(transaction, "transcription.completed", row.run.id, row.run,
                {{"blob_key", assembled.blob_key},
                 {"content_hash", assembled.content_hash},
                 {"language", row.language},
                 {"engine", row.run.engine},
                 {"duration_seconds", assembled.duration_seconds},
                 {"segments", assembled.segments},
                 {"words", assembled.words}});
}

base::Result<void> announce_failed(store::Transaction& transaction, const model::Run& run) {
    return emit(transaction, "transcription.failed", run.id, run,
                {{"code", run.error->code}, {"message", run.error->message}});
}

}  // namespace transcription
