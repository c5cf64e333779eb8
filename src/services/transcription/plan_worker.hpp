// Plans a run: decodes its video once, cuts it into segments, keeps their samples and commits the plan, batch by batch.
// One pass holds the segment being heard and one batch of rows; the samples wait on disk, however far the plan runs
// ahead of recognition.
#pragma once
#include <cstddef>

#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

flow::WorkHandler plan_worker(const SharedTools& tools, std::size_t at_once);

}  // namespace transcription
