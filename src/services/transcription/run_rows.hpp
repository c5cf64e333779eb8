// Rows of transcription_runs. A run changes only by model::apply, and only in a transaction that has locked its row.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/run.hpp"
#include "store/transaction.hpp"

namespace transcription {

struct RunRow {
    model::Run run = {};
    std::string blob_key = {};  // of the video
    std::string language = {};  // as asked for; from the plan on, the one that the transcript says
    std::string model = {};
    std::string speakers = {};  // whether they are told apart: of model/speakers.hpp
    std::int64_t priority = 0;
    bool multichannel = false;          // each channel is transcribed on its own
    std::int64_t channels = 0;          // as model::Transcript has it; once planned
    std::int64_t heard_samples = 0;     // of the video so far, by the plan; all of it once planned
    std::int64_t expected_samples = 0;  // as the container claims; 0 when it does not say
    double frame_rate_hz = 0;           // of the video; 0 when there is none
    std::string damages = "[]";         // what decoding had to repair: JSON
    bool asks_vocabulary = false;       // whether the session has words to listen for
    std::string vocabulary = {};        // model::phrases_fingerprint of those that it listens for, from the plan on
    std::string voice_space = {};       // of the speaker model, where speakers are told apart; from the plan on
    std::int64_t created_ms = 0;        // by the database's clock
};

/// Nothing happens when the run is there already; gives whether it was not.
base::Result<bool> insert_run(store::Transaction& transaction, const RunRow& row);
base::Result<std::optional<RunRow>> find_run(store::Reading& reading, std::string_view run_id);
/// The same, and keeps others from it until the transaction ends.
base::Result<std::optional<RunRow>> lock_run(store::Transaction& transaction, std::string_view run_id);

/// Errors: those of model::apply.
base::Result<void> change(RunRow& row, const model::RunChange& change);
/// Writes the row that was locked as `before`; when that makes the run ready to assemble, adds the work for it.
base::Result<void> save_run(store::Transaction& transaction, const RunRow& before, const RunRow& after);

/// The runs of a session, oldest first, at most `limit` after the given place.
struct RunPlace {
    std::int64_t created_ms = 0;
    std::string id = {};
};
base::Result<std::vector<RunRow>> runs_of(store::Reading& reading, std::string_view session_id, const RunPlace& after,
                                          std::int64_t limit);
/// The words that the run listens for, sealed in its row.
base::Result<void> save_phrases(store::Transaction& transaction, std::string_view run_id,
                                const std::vector<std::string>& phrases);
base::Result<std::vector<std::string>> find_phrases(store::ReadTransaction& transaction, std::string_view run_id);
/// The other run of the same session with the same engine, vocabulary, language and video that has the most segments
/// done; what it has recognised need not be recognised again.
base::Result<std::optional<std::string>> earlier_run(store::Reading& reading, const RunRow& row);

}  // namespace transcription
