// The record and state machine of every video: listing, search, transcript versions, edits, cancel, retry, delete.
#pragma once
#include "flow/service.hpp"

namespace session {

/// The row of the role table.
flow::Service service();

}  // namespace session
