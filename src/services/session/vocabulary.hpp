// Words and names that a tenant's or a session's speech may have: kept sealed, the nearest wins. What a session says,
// an empty list too, stands above what its tenant says.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "services/session/handlers.hpp"

namespace session {

using Phrases = std::vector<std::string>;

/// What is said in place of it from now on.
base::Result<void> keep_vocabulary(store::Transaction& transaction, std::string_view session_id,
                                   const Phrases& phrases);
base::Result<void> delete_vocabulary(store::Transaction& transaction, std::string_view session_id);

/// Whether a run of the session has words to listen for, which are asked for when it begins.
base::Result<bool> has_vocabulary(store::Transaction& transaction, std::string_view session_id);

/// session.queued, with whether there are.
base::Result<void> announce_queued_run(store::Transaction& transaction, const SessionRecord& record);

/// GET and PUT /v1/vocabulary, the tenant's; GET /v1/sessions/{id}/vocabulary, the one that counts there.
std::vector<runtime::Route> vocabulary_routes(const flow::Platform& platform);

}  // namespace session
