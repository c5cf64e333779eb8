// The one form that audio has inside the platform: mono, 16 kHz, 32-bit float, full scale at ±1.
// Sample k is heard at k / sample_rate_hz seconds on the media's own clock.
#pragma once
#include <cstdint>

namespace model {

inline constexpr std::int64_t sample_rate_hz = 16000;

constexpr double seconds_of_samples(std::int64_t samples) {
    return static_cast<double>(samples) / static_cast<double>(sample_rate_hz);
}

}  // namespace model
