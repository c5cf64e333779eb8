// A segment's recognition as its row keeps it, sealed: exact to the last bit, so that a transcript has the same bytes
// whoever recognised its segments. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "speech/recogniser.hpp"

namespace transcription {

/// Without the voices, which are kept apart and not as long.
std::string recognition_json(const speech::Recognition& recognition);
/// Errors: internal (rows are our own).
base::Result<speech::Recognition> parse_recognition(std::string_view text);

std::string voices_json(const std::vector<speech::VoiceWindow>& windows);
/// Errors: internal (rows are our own).
base::Result<std::vector<speech::VoiceWindow>> parse_voices(std::string_view text);

}  // namespace transcription
