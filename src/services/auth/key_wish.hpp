// What somebody wants of a new key, and what they may have of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/rfc3339.hpp"
#include "services/auth/handling.hpp"
#include "services/auth/key_rows.hpp"

namespace auth {

struct KeyWish {
    std::string name;
    std::optional<std::string> user_id;
    std::optional<model::Role> role;
    std::optional<Scopes> scopes;
    std::optional<std::int64_t> expires_ms;
};

/// Of {"name"?, "user_id"?, "role"?, "scopes"?, "expires_at"?}. Errors: those of flow::json_body; invalid_argument,
/// unknown_field.
Result<KeyWish> parse_key_wish(const Request& request, base::UtcTime now);

/// The key as it will be made: what the wish leaves open is as much as the principal has. Errors: not_found (the user),
/// forbidden (more than the principal has), quota_exceeded, invalid_argument (more than the user has).
Result<KeyDraft> draft_of(store::Transaction& transaction, const model::Principal& principal, const KeyWish& wish,
                          const std::string& user_id);

}  // namespace auth
