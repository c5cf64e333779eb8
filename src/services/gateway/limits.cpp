#include "services/gateway/limits.hpp"

#include <algorithm>

#include "base/rfc3339.hpp"

namespace gateway {
namespace {

constexpr std::int64_t window_ms = 60'000;
constexpr std::chrono::milliseconds kept_for{2 * window_ms};

}  // namespace

Limits::Limits(const flow::Platform& platform)
    : platform_(platform),
      requests_a_minute_(platform.config.integer("gateway.requests_a_minute")),
      failures_a_minute_(platform.config.integer("gateway.failed_authentications_a_minute")),
      cache_faults_(
          platform.metrics.counter({"gateway_cache_faults_total", "Requests that the cache could not be asked about"})
              .with()) {}

Window Limits::count_request(std::string_view principal) {
    return count("requests", principal, requests_a_minute_, 1);
}

Window Limits::count_failure(std::string_view peer_address) {
    return count("failures", peer_address, failures_a_minute_, 1);
}

Window Limits::failures(std::string_view peer_address) {
    return count("failures", peer_address, failures_a_minute_, 0);
}

Window Limits::count(std::string_view kind, std::string_view who, std::int64_t limit, std::int64_t by) {
    const std::int64_t now_ms = base::to_unix_ms(platform_.clock.utc_now());
    Window window{.limit = limit, .reset_s = (window_ms - now_ms % window_ms + 999) / 1000};
    const std::string key =
        std::string(kind) + "/" + std::to_string(now_ms / window_ms) + "/" + std::string(who.substr(0, 256));
    const auto used =
        ask_cache(platform_.cache, [&](cache::TenantCache& own) { return own.increment(key, by, kept_for); });
    if (used) {
        window.used = *used;
    } else {
        cache_faults_.add();
    }
    return window;
}

runtime::Headers rate_limit_headers(const Window& window) {
    return {{"RateLimit-Limit", std::to_string(window.limit)},
            {"RateLimit-Remaining", std::to_string(std::max<std::int64_t>(window.limit - window.used, 0))},
            {"RateLimit-Reset", std::to_string(window.reset_s)}};
}

}  // namespace gateway
