// Faults as the public sees them: application/problem+json (RFC 9457) with the stable code and the correlation id.
// Pure.
#pragma once
#include <string>

#include "runtime/http.hpp"

namespace runtime {

/// The type URI of a code: "urn:video-transcriber:problem:CODE".
std::string problem_type(base::ErrorCode code);

/// Type, title, status, detail, code, correlation_id. The message of a fault inside (500 and above, but for 503 and
/// 504) is logged, not told.
std::string problem_json(const base::Error& error, std::string_view correlation_id);

/// The message where it may be told to those outside, else what the code says to people.
std::string_view public_message(const base::Error& error);

/// For /readyz: "ready", or 503 `unavailable` with the member "cause", the code of what is wrong.
Response readiness_response(const base::Result<void>& ready, const Context& context);

/// The whole answer, with Retry-After where trying again can help and WWW-Authenticate where a key is missing.
Response problem_response(const base::Error& error, const Context& context);

}  // namespace runtime
