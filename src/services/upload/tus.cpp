#include "services/upload/tus.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/encoding.hpp"
#include "base/sha1.hpp"
#include "base/sha256.hpp"
#include "base/utf8.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::fail;

std::string_view trim(std::string_view text) {
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with(' '))
        text.remove_suffix(1);
    return text;
}

// Gives what stands before the separator and leaves what stands behind it.
std::string_view cut(std::string_view& text, char separator) {
    const std::size_t at = text.find(separator);
    const std::string_view before = text.substr(0, at);
    text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    return before;
}

bool is_key(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) { return c > ' ' && c < 127; });
}

base::Result<void> add_pair(Metadata& metadata, std::string_view pair) {
    const std::string key(cut(pair, ' '));
    const auto value = base::from_base64(trim(pair));
    if (!is_key(key)) return fail(ErrorCode::request_malformed, "a key in Upload-Metadata is empty or not ASCII");
    if (!value)
        return fail(ErrorCode::request_malformed, "the value of \"" + key + "\" in Upload-Metadata is no base64");
    if (base::valid_utf8(*value) != *value)
        return fail(ErrorCode::request_malformed, "the value of \"" + key + "\" in Upload-Metadata is no UTF-8");
    if (!metadata.emplace(key, *value).second)
        return fail(ErrorCode::request_malformed, "Upload-Metadata has \"" + key + "\" twice");
    return {};
}

std::optional<Algorithm> algorithm_of(std::string_view name) {
    if (name == "sha1") return Algorithm::sha1;
    if (name == "sha256") return Algorithm::sha256;
    return std::nullopt;
}

template <std::size_t size>
std::string text_of(const std::array<std::byte, size>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), size};
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

base::Result<std::int64_t> parse_count(std::string_view field, std::string_view text) {
    std::int64_t number = 0;
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!digits || read.ec != std::errc())
        return fail(ErrorCode::request_malformed, std::string(field) + " must be a whole number of bytes");
    return number;
}

base::Result<Metadata> parse_metadata(std::string_view text) {
    if (text.size() > most_metadata_bytes) {
        return fail(ErrorCode::request_malformed,
                    "Upload-Metadata is longer than " + std::to_string(most_metadata_bytes) + " bytes");
    }
    Metadata metadata;
    while (!trim(text).empty()) {
        if (auto added = add_pair(metadata, trim(cut(text, ','))); !added) return std::unexpected(added.error());
    }
    return metadata;
}

base::Result<ExpectedChecksum> parse_checksum(std::string_view text) {
    const auto algorithm = algorithm_of(cut(text, ' '));
    if (!algorithm) {
        return fail(ErrorCode::request_malformed,
                    "Upload-Checksum must name one of " + std::string(tus_algorithms) + " and then the digest");
    }
    const auto digest = base::from_base64(trim(text));
    const std::size_t size = *algorithm == Algorithm::sha1 ? 20 : 32;
    if (!digest || digest->size() != size) {
        return fail(ErrorCode::request_malformed,
                    "the digest in Upload-Checksum must be " + std::to_string(size) + " bytes in base64");
    }
    return ExpectedChecksum{*algorithm, *digest};
}

struct Checksum::State {
    ExpectedChecksum expected;
    base::Sha1 sha1{};
    base::Sha256 sha256{};
};

Checksum::Checksum(ExpectedChecksum expected) : state_(std::make_unique<State>(std::move(expected))) {}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&&) noexcept = default;
Checksum& Checksum::operator=(Checksum&&) noexcept = default;

void Checksum::update(std::span<const std::byte> bytes) {
    if (state_->expected.algorithm == Algorithm::sha1) return state_->sha1.update(bytes);
    state_->sha256.update(bytes);
}

bool Checksum::holds() {
    const bool sha1 = state_->expected.algorithm == Algorithm::sha1;
    return state_->expected.digest == (sha1 ? text_of(state_->sha1.finish()) : text_of(state_->sha256.finish()));
}

std::string http_date(base::UtcTime time) {
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    std::string text(days.at(std::chrono::weekday(day).c_encoding()));
    text += ", " + two_digits(unsigned{date.day()}) + " ";
    text += months.at(unsigned{date.month()} - 1);
    text += " " + std::to_string(int{date.year()}) + " " + two_digits(clock.hours().count()) + ":" +
            two_digits(clock.minutes().count()) + ":" + two_digits(clock.seconds().count()) + " GMT";
    return text;
}

}  // namespace upload
