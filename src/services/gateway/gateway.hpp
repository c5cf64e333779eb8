// The one public door: routes every request to its service (table.hpp), after authentication, rate limits and CORS.
// Owns nothing. A key that is revoked passes for gateway.key_cache_time at most (identity.hpp).
//
// Its own paths: GET / (what this is), /healthz (alive), /readyz, /metrics.
#pragma once
#include <functional>
#include <string>

#include "flow/service.hpp"

namespace gateway {

/// What only the whole program knows. Any thread; missing ones say yes and nothing.
struct Probes {
    /// Whether every dependency of the services of this process answers, and it is not draining.
    std::function<base::Result<void>()> ready{};
    /// runtime::Metrics::exposition of this process.
    std::function<std::string()> metrics{};
};

/// What every answer of the public server carries that does not say otherwise itself, those too that the server makes
/// before the gateway is asked (runtime::HttpServerOptions::answer_headers).
std::function<runtime::Headers(const runtime::Request&)> answer_headers(const runtime::Config& config);

/// The row of the role table.
flow::Service service(Probes probes = {});

}  // namespace gateway
