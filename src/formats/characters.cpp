#include "formats/characters.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"

namespace formats {
namespace {

constexpr std::uint32_t joiner = 0x200D;
constexpr std::u32string_view closing =
    U"!),.:;?]}%»’”…‥、。〉》」』】〕〗〙！），．：；？］｝％～ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ";
constexpr std::u32string_view opening = U"([{«“‘〈《「『【〔〖〘（［｛¿¡";

bool between(std::uint32_t value, std::uint32_t first, std::uint32_t last) {
    return first <= value && value <= last;
}

bool is_pictograph(std::uint32_t value) {
    return between(value, 0x1F000, 0x1FAFF) || between(value, 0x2190, 0x2BFF);
}

bool is_flag_letter(std::uint32_t value) {
    return between(value, 0x1F1E6, 0x1F1FF);
}

bool is_space(std::uint32_t value) {
    const bool line_break = between(value, 0x09, 0x0D) || value == 0x85 || value == 0x2028 || value == 0x2029;
    const bool wide = between(value, 0x2000, 0x200A) || value == 0x205F || value == 0x3000 || value == 0x1680;
    return value == ' ' || line_break || wide;
}

bool is_no_break_space(std::uint32_t value) {
    return value == 0xA0 || value == 0x202F;
}

bool is_dropped(std::uint32_t value) {
    const bool control = value < 0x20 || between(value, 0x7F, 0x9F);
    const bool direction = between(value, 0x202A, 0x202E) || between(value, 0x2066, 0x2069);
    const bool not_a_character = value == 0xFEFF || (value & 0xFFFEU) == 0xFFFEU || between(value, 0xFDD0, 0xFDEF);
    return control || direction || not_a_character;
}

// Whether `next` goes on with the character that so far ends in `last` and began with `first`.
bool continues(std::uint32_t first, std::uint32_t last, std::size_t count, std::uint32_t next) {
    if (extends_character(next)) return true;
    if (last == joiner) return is_pictograph(next);
    if (between(last, 0x1100, 0x115F)) return between(next, 0x1100, 0x115F);
    return count == 1 && is_flag_letter(first) && is_flag_letter(next);
}

}  // namespace

Character next_character(std::string_view text) {
    const base::CodePoint first = base::next_code_point(text);
    std::size_t size_bytes = first.size_bytes;
    std::uint32_t last = first.value;
    for (std::size_t count = 1; size_bytes < text.size(); ++count) {
        const base::CodePoint next = base::next_code_point(text.substr(size_bytes));
        if (first.value == ' ' || !continues(first.value, last, count, next.value)) break;
        size_bytes += next.size_bytes;
        last = next.value;
    }
    return {text.substr(0, size_bytes), first.value};
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(next_character(text).bytes.size());
        ++count;
    }
    return count;
}

std::string clean_text(std::string_view bytes) {
    std::string text;
    std::string_view gap;  // the white space before the next visible character; only a lone no-break space stays itself
    const std::string valid = base::valid_utf8(bytes);
    for (std::string_view rest = valid; !rest.empty();) {
        const base::CodePoint point = base::next_code_point(rest);
        const std::string_view shown = rest.substr(0, point.size_bytes);
        rest.remove_prefix(point.size_bytes);
        if (is_space(point.value)) {
            gap = " ";
        } else if (is_no_break_space(point.value)) {
            gap = gap.empty() ? shown : " ";
        } else if (!is_dropped(point.value)) {
            if (!text.empty()) text += gap;
            text += shown;
            gap = {};
        }
    }
    return text;
}

bool is_unspaced(std::uint32_t value) {
    const bool han_and_kana = between(value, 0x2E80, 0x312F) || between(value, 0x31A0, 0x4DBF) ||
                              between(value, 0x4E00, 0x9FFF) || between(value, 0xF900, 0xFAFF) ||
                              between(value, 0xFF00, 0xFF9F) || between(value, 0x20000, 0x3FFFF);
    const bool south_east_asian = between(value, 0x0E01, 0x0EDF) || between(value, 0x1000, 0x109F) ||
                                  between(value, 0x1780, 0x17FF) || between(value, 0x19E0, 0x19FF);
    return han_and_kana || south_east_asian;
}

bool closes(std::uint32_t code_point) {
    return closing.contains(static_cast<char32_t>(code_point));
}

bool opens(std::uint32_t code_point) {
    return opening.contains(static_cast<char32_t>(code_point));
}

}  // namespace formats
