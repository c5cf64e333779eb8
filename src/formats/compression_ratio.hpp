// The adapter over zlib. Pure; any thread.
#pragma once
#include <string_view>

namespace formats {

/// Whisper's measure of repetition: the bytes of a text over the bytes that zlib (level 6) makes of it. People's speech
/// lies near 1 to 2; Whisper doubts what is above 2.4. 0 for an empty text.
double compression_ratio(std::string_view text);

}  // namespace formats
