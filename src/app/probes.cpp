#include "app/probes.hpp"

#include "app/instance.hpp"
#include "runtime/problem.hpp"

namespace app {
namespace {

using runtime::Context;
using runtime::Request;

runtime::Route probe(std::string pattern, runtime::Handler handler) {
    return {.method = "GET", .pattern = std::move(pattern), .handler = std::move(handler), .anonymous = true};
}

}  // namespace

std::vector<runtime::Route> probe_routes(const Instance& instance) {
    return {probe("/healthz", [](Request&, Context&) { return runtime::bytes_response(200, "text/plain", "alive\n"); }),
            probe("/readyz",
                  [&instance](Request&, Context& context) {
                      return runtime::readiness_response(instance.ready(), context);
                  }),
            probe("/metrics", [&instance](Request&, Context&) {
                return runtime::bytes_response(200, "text/plain; version=0.0.4; charset=utf-8", instance.metrics());
            })};
}

}  // namespace app
