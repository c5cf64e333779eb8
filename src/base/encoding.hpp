// Bytes as text and back: hexadecimal and base64 (RFC 4648, sections 8 and 4). Reading is strict: one text for the same
// bytes, but for the case of hexadecimal digits. Pure; any thread. (base64url is in base64url.hpp.)
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

/// Lower-case digits, two a byte.
std::string to_hex(std::span<const std::byte> bytes);
std::string to_hex(std::string_view bytes);
/// Absent for an odd length or a character that is no digit.
std::optional<std::string> from_hex(std::string_view text);

/// With padding.
std::string to_base64(std::string_view bytes);
/// Absent unless the text is exactly what to_base64 writes.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace base
