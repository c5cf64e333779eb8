#include "base/utf8.hpp"

namespace base {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

constexpr CodePoint malformed{0xFFFD, 1, false};

unsigned byte_at(std::string_view text, std::size_t position) {
    return static_cast<unsigned char>(text[position]);
}

// The length that a lead byte announces and the smallest value that may take that length; 0 for a byte that leads
// nothing.
struct Lead {
    std::size_t size_bytes;
    std::uint32_t bits;
    std::uint32_t smallest;
};

Lead lead_of(unsigned byte) {
    if (byte < 0x80) return {1, byte, 0};
    if (byte >= 0xC2 && byte < 0xE0) return {2, byte & 0x1FU, 0x80};
    if (byte >= 0xE0 && byte < 0xF0) return {3, byte & 0x0FU, 0x800};
    if (byte >= 0xF0 && byte < 0xF5) return {4, byte & 0x07U, 0x10000};
    return {0, 0, 0};
}

bool is_control(std::uint32_t value) {
    const bool c0_or_delete = value < 0x20 || value == 0x7F;
    const bool c1 = value >= 0x80 && value < 0xA0;
    const bool line_separator = value == 0x2028 || value == 0x2029;
    const bool bidirectional_override = (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
    return c0_or_delete || c1 || line_separator || bidirectional_override;
}

}  // namespace

CodePoint next_code_point(std::string_view text) {
    const Lead lead = lead_of(byte_at(text, 0));
    if (lead.size_bytes == 0 || lead.size_bytes > text.size()) return malformed;
    std::uint32_t value = lead.bits;
    for (std::size_t i = 1; i < lead.size_bytes; ++i) {
        const unsigned byte = byte_at(text, i);
        if ((byte & 0xC0U) != 0x80U) return malformed;
        value = (value << 6U) | (byte & 0x3FU);
    }
    const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < lead.smallest || surrogate || value > 0x10FFFF) return malformed;
    return {value, lead.size_bytes, true};
}

std::string valid_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const CodePoint point = next_code_point(bytes);
        text += point.well_formed ? bytes.substr(0, point.size_bytes) : replacement;
        bytes.remove_prefix(point.size_bytes);
    }
    return text;
}

std::size_t count_code_points(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(next_code_point(text).size_bytes);
        ++count;
    }
    return count;
}

std::string printable(std::string_view text, std::size_t max_code_points) {
    std::string line;
    for (std::size_t count = 0; !text.empty(); ++count) {
        if (count == max_code_points) return line + "…";
        const CodePoint point = next_code_point(text);
        const bool shown = point.well_formed && !is_control(point.value);
        line += shown ? text.substr(0, point.size_bytes) : replacement;
        text.remove_prefix(point.size_bytes);
    }
    return line;
}

}  // namespace base
