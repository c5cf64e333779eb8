// API keys: the handlers.
#pragma once
#include <vector>

#include "flow/service.hpp"

namespace auth {

std::vector<runtime::Route> key_routes(const flow::Platform& platform);

}  // namespace auth
