// Recognises one segment: reads its samples, asks the engine, commits the text once.
#pragma once
#include <cstddef>

#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

/// One for each engine of this instance; it claims only segments of runs that are bound to that engine.
flow::WorkHandler segment_worker(SharedTools tools, const LoadedEngine& engine, std::size_t at_once);

}  // namespace transcription
