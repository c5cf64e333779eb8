// Removes the blobs that a run or a session leaves, after its rows are gone or have ended.
#pragma once
#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

flow::WorkHandler erase_worker(const SharedTools& tools);
/// Removes the samples that came after a run's own were erased.
flow::PeriodicTask stray_samples(const flow::Platform& platform);

}  // namespace transcription
