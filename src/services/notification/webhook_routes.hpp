#pragma once
#include <vector>

#include "flow/service.hpp"

namespace notification {

/// /v1/webhooks and what is under it, but for deliveries. The platform outlives them.
std::vector<runtime::Route> webhook_routes(const flow::Platform& platform);

}  // namespace notification
