// Fixed windows of a minute, counted in the cache: all instances that share it count together. Where the cache does not
// answer, requests pass: a limit protects, it does not decide who may.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "flow/service.hpp"

namespace gateway {

struct Window {
    std::int64_t limit = 0;
    std::int64_t used = 0;     // in this minute, with what was just counted
    std::int64_t reset_s = 0;  // until the next
    [[nodiscard]] bool exceeded() const { return used > limit; }
};

/// Any thread.
class Limits {
  public:
    explicit Limits(const flow::Platform& platform);
    /// Counts one request of whoever this is.
    Window count_request(std::string_view principal);
    /// Counts one failed authentication from this address.
    Window count_failure(std::string_view peer_address);
    /// Without counting.
    Window failures(std::string_view peer_address);

  private:
    Window count(std::string_view kind, std::string_view who, std::int64_t limit, std::int64_t by);

    flow::Platform platform_;
    std::int64_t requests_a_minute_;
    std::int64_t failures_a_minute_;
    runtime::Counter& cache_faults_;
};

/// The fields RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset (draft-ietf-httpapi-ratelimit-headers-03).
runtime::Headers rate_limit_headers(const Window& window);

/// The tenant of the cache that is this service's own: not a tenant's id, so that it meets none.
inline constexpr std::string_view cache_tenant = "@gateway";

/// What `ask` gives for this service's part of the cache.
template <class Ask>
auto ask_cache(cache::Cache& cache, const Ask& ask) -> decltype(ask(std::declval<cache::TenantCache&>())) {
    const auto own = cache.tenant(cache_tenant);
    if (!own) return std::unexpected(own.error());
    return ask(**own);
}

}  // namespace gateway
