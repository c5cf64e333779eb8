// What a byte of UTF-8 text is to somebody who looks for words.
#pragma once

namespace speech {

/// Whether a character of three bytes that begins with this one stands without spaces: kana and Han (U+3000 to U+9FFF)
/// are E3 to E9.
constexpr bool is_unspaced(unsigned char lead) {
    return lead >= 0xE3 && lead <= 0xE9;
}

constexpr bool is_space(unsigned char byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

}  // namespace speech
