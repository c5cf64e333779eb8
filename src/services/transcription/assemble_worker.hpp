// Folds a run's segments into its transcript: a blob under the hash of its bytes, which hold nothing but what was said
// and by what engine it was heard, so that the same video gives the same blob.
#pragma once
#include <vector>

#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

/// One for each engine that tells speakers apart, for the runs that it has heard; any takes the runs without speakers.
std::vector<flow::WorkHandler> assemble_workers(const SharedTools& tools);

}  // namespace transcription
