// Times as people and programs exchange them (RFC 3339), always UTC and to the millisecond: 2026-11-24T08:30:00.125Z.
// Pure; any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using UtcTime = std::chrono::system_clock::time_point;

/// Years 0 to 9999; rounded down to the millisecond.
std::string to_rfc3339(UtcTime time);

/// Takes any number of decimals (what is finer than a nanosecond is dropped), any offset, 't' and 'z'; a leap second
/// counts as the second after it. Absent for anything else.
std::optional<UtcTime> from_rfc3339(std::string_view text);

/// Milliseconds since 1970, as tables hold times; rounded down.
std::int64_t to_unix_ms(UtcTime time);
UtcTime from_unix_ms(std::int64_t time_ms);

}  // namespace base
