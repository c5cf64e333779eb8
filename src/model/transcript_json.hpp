// The one stored form of a transcript: canonical JSON (RFC 8785) without ids, times of making or names of instances, so
// that the same words are the same bytes. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "model/transcript.hpp"

namespace model {

inline constexpr std::size_t largest_transcript_bytes = std::size_t{64} << 20U;

std::string to_canonical_json(const Transcript& transcript);

/// Strict. Errors: body_too_large, json_malformed, invalid_argument, unknown_field.
base::Result<Transcript> parse_transcript(std::string_view text);

}  // namespace model
