// The whole work of the helper: one media file to one sink.
#pragma once
#include "base/error.hpp"
#include "decode/file_input.hpp"
#include "decode/wire_sink.hpp"
#include "media/decode_limits.hpp"

namespace decode {

/// Gives the sink the info, then samples, silence and damage, then the end.
/// Errors: those of Container, TrackDecoder and Pipeline; the caller tells the sink.
base::Result<void> decode_file(FileInput& input, const media::DecodeLimits& limits, WireSink& sink);

}  // namespace decode
