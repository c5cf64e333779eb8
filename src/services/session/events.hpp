// What the session service hears: uploads and runs, at least once each and in any order. Events of sessions that are
// gone, repetitions, and what is late or of an earlier run change nothing (model::apply).
#pragma once
#include "flow/service.hpp"

namespace session {

flow::EventHandler upload_events();
flow::EventHandler run_events();

}  // namespace session
