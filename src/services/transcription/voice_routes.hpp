// GET and PUT /v1/voices, DELETE /v1/voices/{id}: whether the tenant has voices remembered, which, and their end.
#pragma once
#include <vector>

#include "runtime/router.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

std::vector<runtime::Route> voice_routes(const SharedTools& tools);

}  // namespace transcription
