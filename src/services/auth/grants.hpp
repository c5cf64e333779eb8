// Who may give what to whom: nobody grants a role or a scope above their own, and a tenant never loses its last
// administrator. Pure; any thread.
#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "model/principal.hpp"

namespace auth {

using Scopes = std::set<std::string, std::less<>>;

/// The highest of the principal's roles; viewer when there is none.
model::Role highest_role(const model::Principal& principal);
/// What a principal of this role carries: the role, and those that it stands for where others ask for them by name.
std::set<model::Role> roles_of(model::Role role);

/// Errors: forbidden.
base::Result<void> may_grant(const model::Principal& principal, model::Role role);
base::Result<void> may_grant(const model::Principal& principal, const Scopes& scopes);

/// A list of scopes that some action needs, or "*" for all of them. Errors: invalid_argument (no list, an unknown
/// scope, none at all).
base::Result<Scopes> parse_scopes(const base::Json& list);
/// As a column holds them: with a space between (RFC 6749, section 3.3).
std::string scopes_text(const Scopes& scopes);
Scopes scopes_from_text(std::string_view text);
base::JsonArray scopes_json(const Scopes& scopes);

struct Administrator {
    std::string user_id;
    model::Role role;
};
/// Whether the tenant keeps an administrator, and the installation its platform administrator, when this user gets
/// another role (none: is removed). `administrators` are all users of the tenant of role admin or platform. Errors:
/// conflict.
base::Result<void> keeps_administrators(std::span<const Administrator> administrators, std::string_view user_id,
                                        std::optional<model::Role> role);

}  // namespace auth
