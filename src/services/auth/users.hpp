// Users: who works in a tenant, in which role. Names and e-mail addresses are sealed; an address is found by its keyed
// hash (HMAC-SHA-256 under a key of the tenant's own), so that nobody can try addresses against a copy of the table.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/service.hpp"
#include "model/principal.hpp"

namespace auth {

std::vector<runtime::Route> user_routes(const flow::Platform& platform);

/// The form under which an address is found: its ASCII letters in lower case. Absent unless it looks like one address
/// (one '@' with something before it and a name behind it, no white space or control character, at most 254 bytes).
std::optional<std::string> normal_email(std::string_view email);

struct UserDraft {
    std::string id;
    model::Role role = model::Role::viewer;
    std::string name;
    std::string email;  // may be empty
};
/// Errors: invalid_argument (the address), conflict (the address or the id is there).
base::Result<void> add_user(store::Transaction& transaction, base::Random& random, const UserDraft& draft);

}  // namespace auth
