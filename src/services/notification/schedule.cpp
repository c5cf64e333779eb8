#include "services/notification/schedule.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

namespace notification {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t most_retry_after_seconds = 366LL * 86'400;

milliseconds jitter(milliseconds wait, base::Random& random) {
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    random.fill(bytes);
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data(), bytes.size());
    return milliseconds(static_cast<std::int64_t>(number % (static_cast<std::uint64_t>(wait.count()) / 10 + 1)));
}

// "Sun, 06 Nov 1994 08:49:37 GMT" as RFC 3339 writes it.
std::optional<base::UtcTime> parse_http_date(std::string_view text) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
    const std::size_t month = months.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    const std::string number = std::to_string(100 + month / 3 + 1).substr(1);
    return base::from_rfc3339(std::string(text.substr(12, 4)) + "-" + number + "-" + std::string(text.substr(5, 2)) +
                              "T" + std::string(text.substr(17, 8)) + "Z");
}

}  // namespace

std::optional<milliseconds> wait_after(std::int64_t attempts, std::optional<milliseconds> retry_after,
                                       base::Random& random) {
    if (attempts < 0 || attempts >= std::ssize(waits)) return std::nullopt;
    const milliseconds planned = waits.at(static_cast<std::size_t>(attempts));
    const milliseconds wished = std::min(retry_after.value_or(milliseconds(0)), longest_wait);
    const milliseconds wait = std::max(planned, wished);
    return wait + jitter(wait, random);
}

std::optional<milliseconds> parse_retry_after(std::string_view field, base::UtcTime now) {
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(field.data(), field.data() + field.size(), seconds);
    if (fault == std::errc() && end == field.data() + field.size() && seconds >= 0)
        return std::chrono::seconds(std::min(seconds, most_retry_after_seconds));
    const auto date = parse_http_date(field);
    if (!date) return std::nullopt;
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(*date - now));
}

Verdict judge(int status) {
    constexpr int gone = 410;
    if (status == gone) return Verdict::gone;
    return status >= 200 && status < 300 ? Verdict::delivered : Verdict::failed;
}

}  // namespace notification
