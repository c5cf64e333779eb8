#include "app/probes.hpp"

#include "app/instance.hpp"
#include "runtime/problem.hpp"

namespace app {
namespace {

using runtime::Context;
using runtime::Request;
using runtime::Response;

Response readiness(const Instance& instance, const Context& context) {
    const auto ready = instance.ready();
    if (ready) return runtime::bytes_response(200, "text/plain", "ready\n");
    return runtime::problem_response({base::ErrorCode::unavailable, "not ready: " + ready.error().message}, context);
}

runtime::Route probe(std::string pattern, runtime::Handler handler) {
    return {.method = "GET", .pattern = std::move(pattern), .handler = std::move(handler), .anonymous = true};
}

}  // namespace

std::vector<runtime::Route> probe_routes(const Instance& instance) {
    return {probe("/healthz", [](Request&, Context&) { return runtime::bytes_response(200, "text/plain", "alive\n"); }),
            probe("/readyz", [&instance](Request&, Context& context) { return readiness(instance, context); }),
            probe("/metrics", [&instance](Request&, Context&) {
                return runtime::bytes_response(200, "text/plain; version=0.0.4; charset=utf-8", instance.metrics());
            })};
}

}  // namespace app
