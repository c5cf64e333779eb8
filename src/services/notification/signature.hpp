// The signatures of Standard Webhooks 1.0 (standardwebhooks.com, "Signature scheme"): symmetric, version v1. Pure but
// for the randomness of a new secret; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/random.hpp"

namespace notification {

/// "whsec_" and 24 random bytes in base64.
std::string new_secret(base::Random& random);

/// What is signed: the message's id, when it is sent (seconds since 1970), its body.
struct SignedMessage {
    std::string_view id;
    std::int64_t timestamp_seconds = 0;
    std::string_view body;
};

/// "v1," and the HMAC-SHA-256 in base64. Errors: internal (not a secret as new_secret makes them).
base::Result<std::string> sign(std::string_view secret, const SignedMessage& message);

/// One signature for each secret, with spaces between them: while a secret rotates, both must be accepted.
base::Result<std::string> sign_with_all(std::span<const std::string> secrets, const SignedMessage& message);

}  // namespace notification
