// Cross-origin requests of browsers (WHATWG Fetch, section 3.3): which origins may read answers. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "runtime/http.hpp"

namespace gateway {

/// Whether this asks what a later request may do, rather than for anything itself.
bool is_preflight(const runtime::Request& request);

/// What answers carry for the origin that the request names: nothing for one that is not among these ("*" stands for
/// all). Keys travel in a header and never in a cookie, so credentials are not allowed for.
runtime::Headers cors_headers(const std::vector<std::string>& origins, const runtime::Request& request);

/// What the answer to a preflight carries besides: `methods` as an Allow field lists them.
runtime::Headers preflight_headers(const std::string& methods);

}  // namespace gateway
