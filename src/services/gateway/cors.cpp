#include "services/gateway/cors.hpp"

#include <algorithm>

namespace gateway {
namespace {

constexpr std::string_view exposed =
    "Location, ETag, Retry-After, X-Correlation-Id, Idempotent-Replayed, Content-Disposition, Content-Range, "
    "Accept-Ranges, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Tus-Resumable, Tus-Version, Tus-Extension, "
    "Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires";
constexpr std::string_view taken =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Range, Last-Event-ID, "
    "X-Correlation-Id, traceparent, Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, "
    "Upload-Defer-Length, X-Requested-With";

}  // namespace

bool is_preflight(const runtime::Request& request) {
    return request.method == "OPTIONS" && request.headers.find("Access-Control-Request-Method").has_value();
}

runtime::Headers cors_headers(const std::vector<std::string>& origins, const runtime::Request& request) {
    if (origins.empty()) return {};
    runtime::Headers headers{{"Vary", "Origin"}};
    const auto origin = request.headers.find("Origin");
    const bool all = std::ranges::find(origins, "*") != origins.end();
    if (!origin || (!all && std::ranges::find(origins, *origin) == origins.end())) return headers;
    headers.add("Access-Control-Allow-Origin", all ? std::string("*") : std::string(*origin));
    headers.add("Access-Control-Expose-Headers", std::string(exposed));
    return headers;
}

runtime::Headers preflight_headers(const std::string& methods) {
    return {{"Access-Control-Allow-Methods", methods},
            {"Access-Control-Allow-Headers", std::string(taken)},
            {"Access-Control-Max-Age", "600"}};
}

}  // namespace gateway
