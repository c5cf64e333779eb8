// When a delivery is tried again, and what a receiver's answer means (Standard Webhooks 1.0, "Retries", "Success and
// failure"). Pure; any thread.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/random.hpp"
#include "base/rfc3339.hpp"

namespace notification {

/// How long before each attempt: three days in all.
inline constexpr std::array<std::chrono::milliseconds, 10> waits{
    std::chrono::seconds(0), std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
    std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),  std::chrono::hours(14),
    std::chrono::hours(20),  std::chrono::hours(24)};

/// A receiver may ask for more patience than the schedule has, up to this.
inline constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24);

/// How long to wait after so many attempts, with up to a tenth of jitter on top; none when there were enough. A
/// receiver's wish makes it longer, never shorter.
std::optional<std::chrono::milliseconds> wait_after(std::int64_t attempts,
                                                    std::optional<std::chrono::milliseconds> retry_after,
                                                    base::Random& random);

/// Retry-After (RFC 9110, 10.2.3): seconds, or a date as it is written today. Absent for anything else.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view field, base::UtcTime now);

enum class Verdict : std::uint8_t {
    delivered,
    failed,  // redirects too: they could lead a signed message anywhere
    gone,    // the receiver wants no more
};
/// Of an HTTP status; 0 when there was no answer.
Verdict judge(int status);

}  // namespace notification
