// API keys as rows.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "flow/requests.hpp"
#include "services/auth/grants.hpp"
#include "store/database.hpp"

namespace auth {

/// The columns: id, user_id, role, scopes, name, created_ms, expires_ms, revoked_ms, last_used_ms, row_version. Errors:
/// not_found.
base::Result<store::Row> find_key(store::Reading& reading, std::string_view id);
/// The same, locked.
base::Result<store::Row> lock_key(store::Transaction& transaction, std::string_view id);
std::unexpected<base::Error> no_such_key();

/// One more than the page's limit, in the order of ids; of one user, or of all when `user_id` is empty.
base::Result<store::Rows> list_keys(store::Reading& reading, const flow::PageQuery& query, std::string_view user_id);

struct KeyDraft {
    std::string region;
    std::string user_id;
    model::Role role = model::Role::viewer;
    Scopes scopes;
    std::string name;
    std::optional<std::int64_t> expires_ms;
    bool bootstrap = false;  // the one that prepare() made
};
struct NewKey {
    std::string id;
    std::string text;  // to be shown once; it is stored nowhere
};
base::Result<NewKey> add_key(store::Transaction& transaction, base::Random& random, const KeyDraft& draft);

/// The row stays, so that audit records have something to point to.
base::Result<void> revoke_key(store::Transaction& transaction, std::string_view id);

}  // namespace auth
