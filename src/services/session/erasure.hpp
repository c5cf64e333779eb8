// After a session's rows its transcripts' blobs go: leased work that lists their prefix and removes them.
#pragma once
#include <string_view>

#include "flow/service.hpp"

namespace session {

/// Adds the work, to begin when late writers have ended.
base::Result<void> plan_erasure(store::Transaction& transaction, std::string_view session_id);

flow::WorkHandler erasure_worker(const flow::Platform& platform);
/// Removes the transcripts that were written after a session's own were erased.
flow::PeriodicTask stray_transcripts(const flow::Platform& platform);

}  // namespace session
