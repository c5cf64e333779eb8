// What this service answers: GET /v1/models and GET /v1/sessions/{id}/runs.
#pragma once
#include <vector>

#include "runtime/router.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

std::vector<runtime::Route> routes(const SharedTools& tools);

}  // namespace transcription
