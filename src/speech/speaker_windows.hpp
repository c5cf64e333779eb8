// From a segment's samples to the voices in it: a vector for each 2 s, every 0.8 s. A segment's voices depend on its
// own samples only, so that any instance may compute them. Pure; any thread.
#pragma once
#include <span>
#include <vector>

#include "speech/speaker_encoder.hpp"
#include "speech/speaker_features.hpp"
#include "speech/voice.hpp"

namespace speech {

/// At least one window; a window's span is what is nearer to its middle than to any other's: in order, disjoint, and
/// together they cover the segment. Samples as in model/audio.hpp; what is shorter than a window is one, and what is
/// too short to be heard at all is heard with silence after it. `encoder` is one of speaker_bands bands.
std::vector<VoiceWindow> hear_voices(const SpeakerFeatures& features, const SpeakerEncoder& encoder,
                                     std::span<const float> samples);

}  // namespace speech
