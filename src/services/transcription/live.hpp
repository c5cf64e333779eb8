// GET /v1/stream: opens live streams, as many at once as the process has room for, on threads of their own: those of
// batch work give way to them (flow::Service::work_niceness), so that text comes soon, and get the rest.
#pragma once
#include "runtime/router.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

std::vector<runtime::Option> live_options();
runtime::Route live_route(SharedTools tools);

}  // namespace transcription
