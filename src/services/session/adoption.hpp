// Adoption: a run's transcript becomes a version of its session. The event only adds leased work; the worker reads and
// checks the blob and finds its words outside of a transaction, and commits version, words, state and
// session.completed at once, so that nobody ever sees a completed session without its version.
#pragma once
#include <string>

#include "flow/service.hpp"

namespace session {

inline constexpr std::string_view adoption_kind = "session.adopt";

/// References only.
struct Adoption {
    std::string session_id;
    std::string run_id;
    std::string blob_key;
    std::string content_hash;
};

/// Adds the work, once a run.
base::Result<void> plan_adoption(store::Transaction& transaction, const Adoption& adoption);

/// Does it. A session that is gone, cancelled, or with another run by then is left alone. When the work is given up,
/// the session fails with that error.
flow::WorkHandler adoption_worker(const flow::Platform& platform);

}  // namespace session
