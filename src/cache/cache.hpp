// The port of the cache: values that may be forgotten at any moment. A shortcut, never the truth: rate limits, sessions
// of the gateway, answers that can be had again. In memory for one process, or in a server that processes share.
//
// A key is 1 to 512 bytes of any kind; a value is at most `largest_value_bytes`. An entry lives for its time to live,
// by the injected clock, and is forgotten earlier when room is needed: the one that was not used for longest goes
// first.
//
// Threads: any thread may use one Cache or one TenantCache; a TenantCache must not outlive its Cache. Every call is
// atomic against every other. Errors of every call: invalid_argument (a key, value or time out of bounds); unavailable
// (the server does not answer; the embedded cache never says so).
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace cache {

inline constexpr std::size_t longest_key_bytes = 512;
inline constexpr std::size_t largest_value_bytes = std::size_t{1} << 20U;

/// The entries of one tenant.
class TenantCache {
  public:
    virtual ~TenantCache() = default;
    /// The value, if it is there and its time is not over.
    virtual base::Result<std::optional<std::string>> get(std::string_view key) = 0;
    /// Puts or replaces; `time_to_live` is at least 1 ms.
    virtual base::Result<void> set(std::string_view key, std::string_view value,
                                   std::chrono::milliseconds time_to_live) = 0;
    /// Puts when nothing is there; whether it did. Of several callers at once exactly one does.
    virtual base::Result<bool> add(std::string_view key, std::string_view value,
                                   std::chrono::milliseconds time_to_live) = 0;
    /// Adds to a number in decimal digits (absent counts as 0) and gives the sum. The time to live counts from the call
    /// that made the entry: later calls do not prolong it, so that a fixed window of a rate limit ends. Errors:
    /// invalid_argument when the value is not a number, or the sum would not be one of 64 bits.
    virtual base::Result<std::int64_t> increment(std::string_view key, std::int64_t by,
                                                 std::chrono::milliseconds time_to_live) = 0;
    /// Absent is success.
    virtual base::Result<void> remove(std::string_view key) = 0;
};

class Cache {
  public:
    virtual ~Cache() = default;
    /// Errors: invalid_argument: a tenant is 1 to 64 bytes.
    virtual base::Result<std::unique_ptr<TenantCache>> tenant(std::string_view tenant) = 0;
    /// Whether the cache answers (for /readyz).
    virtual base::Result<void> check() = 0;
};

struct Config {
    std::string adapter = "memory";
    std::size_t capacity_bytes = std::size_t{64} << 20U;  // of keys, values and what an entry costs beside
};

/// The clock outlives the cache. Errors: invalid_argument (unknown adapter, no room for the largest entry).
base::Result<std::unique_ptr<Cache>> open_cache(const Config& config, const base::Clock& clock);

}  // namespace cache
