#include "speech/level.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "speech/voice_activity.hpp"

namespace speech {
namespace {

constexpr float quiet_rms = 0.02F;      // -34 dBFS in the loudest frames: below it the networks begin to miss speech
constexpr float silence_rms = 3e-5F;    // -90 dBFS, the last bit of 16-bit audio: nothing to make louder
constexpr float longest_gain = 100.0F;  // 40 dB
constexpr float fade = 0.99945F;        // a frame of 32 ms

float gain_for(float loudest_mean_square) {
    const float rms = std::sqrt(loudest_mean_square);
    if (rms >= quiet_rms || rms < silence_rms) return 1.0F;
    return std::min(quiet_rms / rms, longest_gain);
}

}  // namespace

float mean_square(std::span<const float> samples) {
    if (samples.empty()) return 0;
    constexpr std::size_t lanes = 16;  // separate sums: a fixed order that vectors can follow
    float sums[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= samples.size(); i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += samples[i + lane] * samples[i + lane];
    }
    for (; i < samples.size(); ++i)
        sums[0] += samples[i] * samples[i];
    float total = 0;
    for (const float sum : sums)
        total += sum;
    return total / static_cast<float>(samples.size());
}

float LevelFollower::gain(float energy) {
    loudest_ = std::max(energy, loudest_ * fade);
    return gain_for(loudest_);
}

float segment_gain(std::span<const float> samples) {
    float loudest = 0;
    for (std::size_t i = 0; i < samples.size(); i += vad_frame_samples) {
        const std::size_t length = std::min<std::size_t>(vad_frame_samples, samples.size() - i);
        loudest = std::max(loudest, mean_square(samples.subspan(i, length)));
    }
    return gain_for(loudest);
}

}  // namespace speech
