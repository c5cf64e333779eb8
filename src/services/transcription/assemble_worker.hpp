// Folds a run's segments into its transcript: a blob under the hash of its bytes, which hold nothing but what was said
// and by what engine it was heard, so that the same video gives the same blob.
#pragma once
#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

flow::WorkHandler assemble_worker(const SharedTools& tools);

}  // namespace transcription
