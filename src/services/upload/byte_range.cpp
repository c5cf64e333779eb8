#include "services/upload/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace upload {
namespace {

// Absent for what is no number; the largest for what is too large, which is as good as any beyond the end.
std::optional<std::uint64_t> number_of(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() ? number : std::uint64_t(-1);
}

}  // namespace

base::Result<ByteRange> parse_range(std::string_view field, std::uint64_t size_bytes) {
    constexpr std::string_view unit = "bytes=";
    const ByteRange everything{0, size_bytes, false};
    if (!field.starts_with(unit)) return everything;
    const std::string_view range = field.substr(unit.size());
    const std::size_t dash = range.find('-');
    if (dash == std::string_view::npos) return everything;
    const auto first = number_of(range.substr(0, dash));
    const auto last = number_of(range.substr(dash + 1));
    const bool open_end = dash + 1 == range.size();
    const auto outside = [&] {
        return base::fail(base::ErrorCode::blob_range_invalid,
                          "the range lies outside the " + std::to_string(size_bytes) + " bytes of the video");
    };
    if (dash == 0 && last) {
        if (*last == 0 || size_bytes == 0) return outside();
        const std::uint64_t size = std::min(*last, size_bytes);
        return ByteRange{size_bytes - size, size, true};
    }
    if (!first || (!last && !open_end) || (last && *last < *first)) return everything;
    if (*first >= size_bytes) return outside();
    const std::uint64_t end = last && *last < size_bytes ? *last + 1 : size_bytes;
    return ByteRange{*first, end - *first, true};
}

}  // namespace upload
