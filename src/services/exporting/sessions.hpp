// What this service asks the session service, through the mesh, in its own name for a tenant. The calls wait.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "flow/service.hpp"

namespace exporting {

struct TranscriptPlace {
    std::int64_t version = 0;
    std::string blob_key;
    std::string content_hash;  // SHA-256 of the blob's JSON
};

/// Where a version of a session's transcript is; none: the newest. Of `context`, the principal is replaced. Errors:
/// those that the session service answers (not_found for a session or version that is not there), those of the mesh.
base::Result<TranscriptPlace> find_transcript(const flow::Platform& platform, runtime::Context context,
                                              std::string_view tenant_id, std::string_view session_id,
                                              std::optional<std::int64_t> version);

/// A session's title. Errors: as above.
base::Result<std::string> find_title(const flow::Platform& platform, runtime::Context context,
                                     std::string_view tenant_id, std::string_view session_id);

}  // namespace exporting
