// base64url without padding (RFC 4648, section 5): bytes as text that is safe in headers, paths and file names. Pure;
// any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace base {

std::string to_base64url(std::string_view bytes);

/// The bytes; absent unless the text is exactly what to_base64url writes for them (no padding, no stray bits).
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace base
