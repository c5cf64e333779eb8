// Random weights of a speaker encoder's shape, for tests.
#pragma once
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "speech/random_values.hpp"
#include "speech/safetensors.hpp"

namespace speech {

/// Of one layer that keeps bands and time, and one that halves them.
struct SpeakerShape {
    std::size_t bands;
    std::size_t channels;
    std::size_t more_channels;  // in the second layer
    std::size_t outputs;
};

inline Tensors random_speaker_tensors(RandomValues& random, const SpeakerShape& shape) {
    Tensors tensors;
    // As large as keeps what goes through it of about one size.
    const auto add = [&](const std::string& name, std::vector<std::size_t> extents) {
        const std::size_t outputs = extents.front();
        const std::size_t size = std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies{});
        const float most = 2 / std::sqrt(static_cast<float>(size / outputs));
        tensors[name + ".weight"] = {std::move(extents), random.floats(size, most)};
        tensors[name + ".bias"] = {{outputs}, random.floats(outputs, 0.5F)};
    };
    add("conv1", {shape.channels, 1, 3, 3});
    add("layer1.0.conv1", {shape.channels, shape.channels, 3, 3});
    add("layer1.0.conv2", {shape.channels, shape.channels, 3, 3});
    add("layer1.1.conv1", {shape.channels, shape.channels, 3, 3});
    add("layer1.1.conv2", {shape.channels, shape.channels, 3, 3});
    add("layer2.0.conv1", {shape.more_channels, shape.channels, 3, 3});
    add("layer2.0.conv2", {shape.more_channels, shape.more_channels, 3, 3});
    add("layer2.0.shortcut", {shape.more_channels, shape.channels, 1, 1});
    add("embedding", {shape.outputs, shape.more_channels * shape.bands});  // of mean and deviation, half as many bands
    return tensors;
}

}  // namespace speech
