// E-mail addresses of users: sealed, and found by their keyed hash (HMAC-SHA-256 under a key of the tenant's own), so
// that nobody can try addresses against a copy of the table.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "store/database.hpp"

namespace auth {

/// The form under which an address is found: its ASCII letters in lower case. Absent unless it looks like one address
/// (one '@' with something before it and a name behind it, no white space or control character, at most
/// longest_email_bytes).
std::optional<std::string> normal_email(std::string_view email);

inline constexpr std::size_t longest_email_bytes = 254;

/// What a row keeps of an address; all absent when there is none.
struct SealedEmail {
    std::optional<store::Bytes> sealed;
    std::optional<std::string> key_id;
    std::optional<store::Bytes> hash;
};
/// Makes the tenant's key at its first use. Errors: invalid_argument (no address).
base::Result<SealedEmail> seal_email(store::Transaction& transaction, base::Random& random, const std::string& email);

/// The hash of the address that is looked for; absent when the tenant has no address at all yet. Errors:
/// invalid_argument (no address).
base::Result<std::optional<store::Bytes>> email_hash(store::ReadTransaction& transaction, std::string_view email);

}  // namespace auth
