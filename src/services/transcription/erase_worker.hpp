// Removes the blobs that a run or a session leaves, after its rows are gone or have ended.
#pragma once
#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

flow::WorkHandler erase_worker(SharedTools tools);

}  // namespace transcription
