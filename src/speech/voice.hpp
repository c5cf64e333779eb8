// How a voice sounds in a stretch of a segment, as it is kept and sent: small, and exact.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "speech/planner.hpp"

namespace speech {

struct VoiceWindow {
    SampleSpan span;                  // of the segment's samples
    std::vector<std::uint8_t> voice;  // the direction of the encoder's vector, in steps of 1/255 of its largest value
    bool operator==(const VoiceWindow&) const = default;
};

/// The vector of length 1 (of length 0 when all is 0).
std::vector<float> unit_vector(std::span<const std::uint8_t> voice);

}  // namespace speech
