// The token by which one service tells another, over the mesh, on whose behalf it asks:
//   v1.BASE64URL(claims).AUDIENCE.EXPIRY.BASE64URL(HMAC-SHA-256 of all before the last dot)
// The claims are opaque here (the canonical text of a principal). Every process of a deployment holds the same keys.
// Pure; any thread.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace runtime {

/// The first key signs, all of them verify: put a new key last, wait until every process has it, then move it to the
/// front.
using PrincipalKeys = std::vector<std::string>;

inline constexpr std::size_t longest_principal_token_bytes = 8192;

/// `audience` is the name of the service that shall accept it: letters, digits, '-' and '_'.
std::string sign_principal(std::string_view claims, std::string_view audience,
                           std::chrono::system_clock::time_point expiry, const PrincipalKeys& keys);

/// The claims. Errors: unauthenticated (malformed, not signed by one of the keys, for another service, or expired).
base::Result<std::string> verify_principal(std::string_view token, std::string_view audience,
                                           std::chrono::system_clock::time_point now, const PrincipalKeys& keys);

}  // namespace runtime
