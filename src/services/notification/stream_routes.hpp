#pragma once
#include <memory>
#include <vector>

#include "flow/service.hpp"
#include "services/notification/tail.hpp"

namespace notification {

/// GET /v1/events and GET /v1/sessions/{id}/events. The platform outlives them.
std::vector<runtime::Route> stream_routes(const flow::Platform& platform, const std::shared_ptr<Tails>& tails);

}  // namespace notification
