// Users: who works in a tenant, in which role. Names are sealed, addresses too (emails.hpp).
#pragma once
#include <vector>

#include "flow/service.hpp"

namespace auth {

std::vector<runtime::Route> user_routes(const flow::Platform& platform);

}  // namespace auth
