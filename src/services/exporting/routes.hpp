// The HTTP routes of the service.
#pragma once
#include <vector>

#include "flow/service.hpp"

namespace exporting {

std::vector<runtime::Route> routes(const flow::Platform& platform);

}  // namespace exporting
