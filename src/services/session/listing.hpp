// The list of a tenant's sessions, newest first, by pages.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/session/record.hpp"
#include "services/session/search_index.hpp"

namespace session {

struct SessionFilter {
    std::optional<model::SessionState> state = {};
    Terms terms = {};  // all must be in the session; none: no search
};

/// Those after `after` (a cursor's text; empty for the first page), at most `limit`. Errors: invalid_argument (not a
/// cursor of this list).
base::Result<std::vector<SessionRecord>> list_sessions(store::ReadTransaction& transaction, const SessionFilter& filter,
                                                       std::string_view after, std::int64_t limit);

/// Where a page that ends with this session ends.
std::string cursor_after(const SessionRecord& record);

}  // namespace session
