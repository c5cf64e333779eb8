// How a voice sounds in a stretch of a segment, as it is kept and sent: small, and exact.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "speech/planner.hpp"

namespace speech {

struct VoiceWindow {
    SampleSpan span;                  // of the segment's samples
    std::vector<std::uint8_t> voice;  // the direction of the encoder's vector, as voice_bytes gives it
    bool operator==(const VoiceWindow&) const = default;
};

/// A vector's direction in steps of 1/127 of its largest value, 128 for 0.
std::vector<std::uint8_t> voice_bytes(std::span<const float> vector);

/// The vector of length 1 (of length 0 when all is 0).
std::vector<float> unit_vector(std::span<const std::uint8_t> bytes);

}  // namespace speech
