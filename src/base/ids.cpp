#include "base/ids.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/encoding.hpp"
#include "base/sha256.hpp"

namespace base {
namespace {

using Bytes = std::array<std::byte, 16>;

constexpr std::uint64_t counter_end = 1U << 12U;
constexpr std::uint64_t counter_start_mask = counter_end / 2 - 1;  // the upper half is left to count in
constexpr std::array<std::size_t, 4> hyphens{8, 13, 18, 23};

std::string format(Bytes bytes, unsigned version) {
    bytes[6] = (bytes[6] & std::byte{0x0F}) | static_cast<std::byte>(version << 4U);
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    std::string text = to_hex(bytes);
    for (const std::size_t place : hyphens)
        text.insert(place, 1, '-');
    return text;
}

std::uint64_t milliseconds(const Clock& clock) {
    const auto time = std::chrono::floor<std::chrono::milliseconds>(clock.utc_now()).time_since_epoch().count();
    return time > 0 ? static_cast<std::uint64_t>(time) : 0;
}

void put_length(Sha256& digest, std::string_view text) {
    std::array<std::byte, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<std::byte>(text.size() >> (8 * (7 - i)));
    digest.update(length);
}

}  // namespace

std::string Ids::next() {
    Bytes bytes{};
    random_.fill(bytes);
    const std::uint64_t now_ms = milliseconds(clock_);
    const std::lock_guard lock(mutex_);
    if (now_ms > last_ms_) {
        last_ms_ = now_ms;
        counter_ = (std::to_integer<std::uint64_t>(bytes[6]) << 8U | std::to_integer<std::uint64_t>(bytes[7])) &
                   counter_start_mask;
    } else if (++counter_ == counter_end) {
        ++last_ms_;
        counter_ = 0;
    }
    for (std::size_t i = 0; i < 6; ++i)
        bytes[i] = static_cast<std::byte>(last_ms_ >> (8 * (5 - i)));
    bytes[6] = static_cast<std::byte>(counter_ >> 8U);
    bytes[7] = static_cast<std::byte>(counter_);
    return format(bytes, 7);
}

std::string derived_id(std::string_view type, std::string_view natural_key) {
    Sha256 digest;
    put_length(digest, type);  // so that ("ab", "c") and ("a", "bc") differ
    digest.update(std::as_bytes(std::span(type)));
    digest.update(std::as_bytes(std::span(natural_key)));
    const auto full = digest.finish();
    Bytes front{};
    std::copy_n(full.begin(), front.size(), front.begin());
    return format(front, 8);
}

bool is_id(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool at_hyphen = std::ranges::find(hyphens, i) != hyphens.end();
        const bool is_digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (at_hyphen ? text[i] != '-' : !is_digit) return false;
    }
    return true;
}

std::optional<std::chrono::system_clock::time_point> id_time(std::string_view id) {
    if (!is_id(id) || id[14] != '7') return std::nullopt;
    const auto bytes = from_hex(std::string(id.substr(0, 8)) + std::string(id.substr(9, 4)));
    std::int64_t ms = 0;
    for (const char byte : *bytes)
        ms = ms * 256 + static_cast<unsigned char>(byte);
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(ms));
}

}  // namespace base
