#include "base/base64url.hpp"

#include <array>
#include <cstdint>

namespace base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> digit_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}();

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t pending = 0;
    int pending_bits = 0;
    for (const char byte : bytes) {
        pending = (pending << 8U) | static_cast<unsigned char>(byte);
        for (pending_bits += 8; pending_bits >= 6; pending_bits -= 6)
            text += alphabet[(pending >> (pending_bits - 6)) & 63U];
    }
    if (pending_bits > 0) text += alphabet[(pending << (6 - pending_bits)) & 63U];
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t pending = 0;
    int pending_bits = 0;
    for (const char character : text) {
        const std::int8_t digit = digit_values[static_cast<unsigned char>(character)];
        if (digit < 0) return std::nullopt;
        pending = (pending << 6U) | static_cast<std::uint32_t>(digit);
        pending_bits += 6;
        if (pending_bits < 8) continue;
        pending_bits -= 8;
        bytes += static_cast<char>((pending >> pending_bits) & 255U);
    }
    const std::uint32_t stray = pending & ((1U << pending_bits) - 1U);
    if (pending_bits == 6 || stray != 0) return std::nullopt;
    return bytes;
}

}  // namespace base
