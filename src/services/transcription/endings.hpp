// How a run ends other than by its transcript, each in a transaction of its tenant: its other work is cancelled and its
// samples are erased. What was recognised stays for a retry; the video is not ours.
#pragma once
#include <string_view>

#include "base/error.hpp"
#include "services/transcription/run_rows.hpp"
#include "services/transcription/tools.hpp"
#include "store/work.hpp"

namespace transcription {

/// The user does not want it any more.
base::Result<void> cancel_run(store::Transaction& transaction, const RunRow& row);
/// The session is gone: rows, samples and transcripts go with it.
base::Result<void> erase_run(store::Transaction& transaction, const RunRow& row);
/// For WorkHandler::gave_up: the run of this work has failed; tells transcription.failed, once.
base::Result<void> break_run(const Tools& tools, store::Transaction& transaction, const store::Claim& claim,
                             const base::Error& error);

}  // namespace transcription
