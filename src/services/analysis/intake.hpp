// Takes note of new transcripts and of deleted sessions.
#pragma once
#include "flow/service.hpp"

namespace analysis {

/// A transcript that is newer than all others of its session gets a row and work; a late one of an older version, and
/// one of a deleted session, is passed over.
flow::EventHandler intake();

}  // namespace analysis
