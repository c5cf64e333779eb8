#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace base {
namespace {

// ECMAScript's Number::toString (ECMA-262, 6.1.6.1.20): `digits` times ten to the power of `point - digits.size()`.
std::string placed(const std::string& digits, int point) {
    const int count = static_cast<int>(digits.size());
    if (point > 21 || point <= -6) {
        const std::string fraction = count == 1 ? "" : "." + digits.substr(1);
        return digits.substr(0, 1) + fraction + (point > 0 ? "e+" : "e-") + std::to_string(std::abs(point - 1));
    }
    if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
    if (point >= count) return digits + std::string(static_cast<std::size_t>(point - count), '0');
    return digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
}

std::string written(double number) {
    if (!std::isfinite(number)) return "null";
    if (number == 0) return "0";
    std::array<char, 40> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::abs(number), std::chars_format::scientific);
    const std::string_view shortest(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));  // d.ddde±dd
    const std::size_t mark = shortest.find('e');
    std::string digits(shortest.substr(0, mark));
    std::erase(digits, '.');
    int exponent = 0;
    const std::size_t first = mark + (shortest[mark + 1] == '+' ? 2 : 1);
    std::from_chars(shortest.data() + first, shortest.data() + shortest.size(), exponent);
    return (number < 0 ? "-" : "") + placed(digits, exponent + 1);
}

void write_text(std::string_view text, std::string& out) {
    constexpr std::string_view hexadecimal = "0123456789abcdef";
    constexpr std::string_view special = "\b\t\n\f\r\"\\";
    constexpr std::string_view letters = "btnfr\"\\";
    out += '"';
    for (const char character : text) {
        const std::size_t place = special.find(character);
        const auto byte = static_cast<unsigned char>(character);
        if (place != std::string_view::npos) {
            out += '\\';
            out += letters[place];
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hexadecimal[byte >> 4U];
            out += hexadecimal[byte & 15U];
        } else {
            out += character;
        }
    }
    out += '"';
}

// The place of a code point in the order of UTF-16 code units: those beyond U+FFFF are written with surrogates (U+D800
// to U+DFFF), so they come before U+E000 to U+FFFF.
std::uint32_t utf16_rank(std::uint32_t code_point) {
    constexpr std::uint32_t code_points = 0x110000;
    return code_point >= 0xE000 && code_point <= 0xFFFF ? code_point + code_points : code_point;
}

bool utf16_less(std::string_view left, std::string_view right) {
    while (!left.empty() && !right.empty()) {
        const CodePoint a = next_code_point(left);
        const CodePoint b = next_code_point(right);
        if (a.value != b.value) return utf16_rank(a.value) < utf16_rank(b.value);
        left.remove_prefix(a.size_bytes);
        right.remove_prefix(b.size_bytes);
    }
    return left.empty() && !right.empty();
}

void write(const Json& value, std::string& out);

void write_object(const JsonObject& members, std::string& out) {
    std::vector<const JsonMember*> sorted;
    sorted.reserve(members.size());
    for (const JsonMember& member : members)
        sorted.push_back(&member);
    std::ranges::sort(sorted, utf16_less, [](const JsonMember* member) -> std::string_view { return member->name; });
    out += '{';
    for (const JsonMember* member : sorted) {
        if (member != sorted.front()) out += ',';
        write_text(member->name, out);
        out += ':';
        write(member->value, out);
    }
    out += '}';
}

void write_array(const JsonArray& items, std::string& out) {
    out += '[';
    for (const Json& item : items) {
        if (&item != items.data()) out += ',';
        write(item, out);
    }
    out += ']';
}

void write(const Json& value, std::string& out) {
    if (const auto* members = value.object()) {
        write_object(*members, out);
    } else if (const auto* items = value.array()) {
        write_array(*items, out);
    } else if (const auto* text = value.text()) {
        write_text(*text, out);
    } else if (const auto* flag = value.boolean()) {
        out += *flag ? "true" : "false";
    } else if (const auto number = value.number()) {
        out += written(*number);
    } else {
        out += "null";
    }
}

}  // namespace

std::string to_canonical_json(const Json& value) {
    std::string out;
    write(value, out);
    return out;
}

}  // namespace base
