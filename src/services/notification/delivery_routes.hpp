#pragma once
#include <vector>

#include "flow/service.hpp"

namespace notification {

/// What a webhook was sent, again, and for a try. The platform outlives them.
std::vector<runtime::Route> delivery_routes(const flow::Platform& platform);

}  // namespace notification
