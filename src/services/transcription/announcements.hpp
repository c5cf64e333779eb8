// The events of this service: each told in the transaction that makes it true.
#pragma once
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "services/transcription/run_rows.hpp"
#include "store/transaction.hpp"

namespace transcription {

/// What came out of a run.
struct Assembled {
    std::string run_id = {};
    std::string blob_key = {};  // of the transcript
    std::string content_hash = {};
    double duration_seconds = 0;
    std::int64_t segments = 0;
    std::int64_t words = 0;
};

/// The plan has begun, with the engine that the run is bound to: transcription.started.
base::Result<void> announce_started(store::Transaction& transaction, const model::Run& run);
/// So many segments, from this one on, wait to be recognised: segment.ready. Nothing for none.
base::Result<void> announce_segments(store::Transaction& transaction, const model::Run& run, std::int64_t first_index,
                                     std::int64_t count);
/// transcription.progressed, when the segment that was done last reached another step (progress.hpp); each step is told
/// once, whoever reaches it.
base::Result<void> announce_progress(store::Transaction& transaction, const RunRow& row);
base::Result<void> announce_completed(store::Transaction& transaction, const RunRow& row, const Assembled& assembled);
/// transcription.failed, with the run's error.
base::Result<void> announce_failed(store::Transaction& transaction, const model::Run& run);

}  // namespace transcription
