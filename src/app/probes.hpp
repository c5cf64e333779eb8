// /healthz, /readyz and /metrics for a process without the gateway, which has its own.
#pragma once
#include <vector>

#include "runtime/router.hpp"

namespace app {

class Instance;

/// `instance` outlives their use.
std::vector<runtime::Route> probe_routes(const Instance& instance);

}  // namespace app
