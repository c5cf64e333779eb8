// What the parts of this service share; immutable, any thread.
#pragma once
#include <memory>

#include "flow/service.hpp"
#include "services/transcription/measures.hpp"
#include "services/transcription/models.hpp"
#include "services/transcription/run_rows.hpp"
#include "services/transcription/transcription.hpp"

namespace transcription {

struct Tools {
    const flow::Platform& platform;
    Engines engines;
    Models models;
    Measures measures;
};
using SharedTools = std::shared_ptr<const Tools>;

/// Where a transaction in the middle of the work comes from.
store::Origin origin_of(const store::Claim& claim);

/// The run as it stands now; absent when it is gone.
base::Result<std::optional<RunRow>> read_run(const Tools& tools, const store::Claim& claim, std::string_view run_id);

/// Work that turns out to be done or void already completes with nothing.
base::Result<flow::CommitWork> nothing_to_do();

}  // namespace transcription
