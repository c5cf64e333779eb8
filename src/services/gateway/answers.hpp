// What every answer through the door carries, and the faults that the door itself finds.
#pragma once
#include "runtime/http.hpp"

namespace gateway {

/// Fields for an answer that does not say otherwise itself: not to be kept, and to be taken for what it says it is.
runtime::Headers security_headers();

/// As runtime::problem_response; for OpenAI's clients with their member "error" in it.
runtime::Response problem(const base::Error& error, const runtime::Request& request, const runtime::Context& context);

/// Adds OpenAI's member to a problem document, where the request's path is one of theirs.
void make_readable(runtime::Response& problem, const base::Error& error, const runtime::Request& request);

/// Whether the address is one of this very machine ("127.0.0.1", "::1").
bool is_loopback(std::string_view peer_address);

}  // namespace gateway
