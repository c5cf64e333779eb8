// The text of an API key: "vt_REGION_TENANT_KEYID_SECRET". Region, tenant and key id can be read from it without asking
// anyone, so that a gateway of any region finds the key's home; the secret is 32 random bytes as base64url. Pure; any
// thread.
//
// Only the SHA-256 of the whole text is stored. A slow password hash would add nothing: the secret has 256 bits of
// entropy, so that nobody can guess a text that has a given hash, and a fast one keeps sign-in cheap.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace auth {

struct ApiKey {
    std::string region;     // 1 to 32 of a-z, 0-9 and '-'
    std::string tenant_id;  // model::is_tenant_id
    std::string id;         // base::is_id
    std::string secret;     // 32 bytes
    bool operator==(const ApiKey&) const = default;
};

inline constexpr std::size_t longest_key_text = 3 + 32 + 1 + 64 + 1 + 36 + 1 + 43;

bool is_region(std::string_view text);

std::string to_text(const ApiKey& key);
/// The key; absent unless the text is exactly what to_text writes.
std::optional<ApiKey> parse_api_key(std::string_view text);
/// What is stored of a key's text: the 32 bytes of its SHA-256.
std::string hash_of_key(std::string_view text);

std::string new_secret(base::Random& random);

}  // namespace auth
