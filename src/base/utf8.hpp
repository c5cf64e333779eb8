// UTF-8 (RFC 3629) as text meets it: model output, file names, tags of containers. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace base {

struct CodePoint {
    std::uint32_t value;     // U+FFFD for a malformed byte
    std::size_t size_bytes;  // 1 to 4; 1 for a malformed byte
    bool well_formed;
};

/// The first code point of `text`, which must not be empty.
CodePoint next_code_point(std::string_view text);

/// The same text with every byte that is not part of a well-formed sequence replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// How many code points a well-formed text has; a malformed byte counts as one.
std::size_t count_code_points(std::string_view text);

/// The text on one line, safe for a terminal or a log: well-formed, control characters as U+FFFD, cut at
/// `max_code_points` with "…" in place of the rest.
std::string printable(std::string_view text, std::size_t max_code_points);

}  // namespace base
