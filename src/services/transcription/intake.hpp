// The events that begin and end runs. They may come more than once and in any order.
#pragma once
#include "flow/service.hpp"

namespace transcription {

/// Consumes session.queued, session.cancelled and session.deleted.
flow::EventHandler intake();

}  // namespace transcription
