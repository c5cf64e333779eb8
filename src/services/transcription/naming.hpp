// From the names that persons write into a transcript to voices that are remembered: what tells of an edited transcript
// adds work that reads the names where they stand, for events carry none. Where nothing is kept of the run's speakers,
// nothing happens.
#pragma once
#include "flow/service.hpp"
#include "services/transcription/tools.hpp"

namespace transcription {

/// Consumes transcript.edited.
flow::EventHandler naming_intake();
flow::WorkHandler naming_worker(const SharedTools& tools);

}  // namespace transcription
