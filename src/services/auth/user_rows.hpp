// Users as rows, and what of them may be changed by whom.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "flow/requests.hpp"
#include "model/principal.hpp"
#include "store/database.hpp"

namespace auth {

/// The columns: id, role, name, email, created_ms, changed_ms, row_version. Errors: not_found.
base::Result<store::Row> find_user(store::Reading& reading, std::string_view id);

/// One more than the page's limit, in the order of ids; or the one user with this address.
base::Result<store::Rows> list_users(store::ReadTransaction& transaction, const flow::PageQuery& query,
                                     const std::optional<std::string_view>& email);

/// The user, locked, if the principal may change or remove them; `role` is the one they are to have, none when they are
/// to be removed. Errors: not_found, forbidden, conflict (the last administrator).
base::Result<store::Row> changeable_user(store::Transaction& transaction, const model::Principal& principal,
                                         std::string_view id, std::optional<model::Role> role);

struct UserDraft {
    std::string id;
    model::Role role = model::Role::viewer;
    std::string name;
    std::string email;  // may be empty
};
/// Errors: invalid_argument (the address), conflict (the address or the id is there).
base::Result<void> add_user(store::Transaction& transaction, base::Random& random, const UserDraft& draft);

struct UserChange {
    std::optional<model::Role> role;  // what is absent stays
    std::optional<std::string> name;
    std::optional<std::string> email;
};

/// Errors: as of add_user.
base::Result<void> write_user(store::Transaction& transaction, base::Random& random, std::string_view id,
                              model::Role role, const UserChange& change);

/// With all keys revoked, whose number it gives.
base::Result<std::int64_t> remove_user(store::Transaction& transaction, std::string_view id);

}  // namespace auth
