// Text as readers count it: user-perceived characters, close to the grapheme clusters of Unicode Annex 29 (combining
// marks, joined emoji, flags and Hangul syllables are one character; the rarer rules are left out). Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace formats {

struct Character {
    std::string_view bytes;  // all of its code points
    std::uint32_t base = 0;  // the first of them
};

/// The first character of well-formed text, which must not be empty.
Character next_character(std::string_view text);

/// How many characters well-formed text has, spaces included.
std::size_t count_characters(std::string_view text);

/// The text as every export shows it: malformed bytes as U+FFFD; control characters, direction overrides and byte order
/// marks gone; every run of white space and line separators one space; none at the ends. A no-break space
/// stays one when it stands between two visible characters.
std::string clean_text(std::string_view bytes);

/// Whether the code point only adds to the character before it (a combining mark, a joiner, a skin tone).
bool extends_character(std::uint32_t code_point);

/// Whether the script is written without spaces, so that lines may break between its characters: Chinese, Japanese,
/// Thai, Lao, Khmer, Burmese (of the last four a dictionary would know the better places).
bool is_unspaced(std::uint32_t code_point);

/// Closing punctuation, which must not begin a line.
bool closes(std::uint32_t code_point);

/// Opening punctuation, which must not end a line.
bool opens(std::uint32_t code_point);

}  // namespace formats
