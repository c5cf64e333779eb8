// HMAC-SHA-256 (RFC 2104, FIPS 198-1) over OpenSSL, and a comparison that does not tell where two texts differ. Pure;
// any thread.
#pragma once
#include <string>
#include <string_view>

namespace base {

/// The 32 bytes of the code.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// Whether both are the same; takes as long for any two texts of one length.
bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace base
