// Moonshine's encoder: samples to frames, 384 samples (24 ms) apart. Pure; any thread.
#pragma once
#include <span>
#include <vector>

#include "speech/moonshine_weights.hpp"

namespace speech {

inline constexpr std::size_t frame_samples = front_first_stride * front_second_stride * front_third_stride;

/// Row by row, `width` values each.
struct Frames {
    std::size_t count = 0;
    std::vector<float> values;
};

/// Samples are 16 kHz mono; fewer than the network's window (56 ms) are filled up with silence.
Frames encode(const MoonshineWeights& weights, const MatrixKernels& kernels, std::span<const float> samples);

}  // namespace speech
