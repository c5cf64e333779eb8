// Random weights of a speaker encoder's shape, for tests.
#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "speech/random_values.hpp"
#include "speech/safetensors.hpp"

namespace speech {

struct SpeakerShape {
    std::size_t bands;
    std::size_t width;
    std::size_t layers;
    std::size_t outputs;
};

inline Tensors random_speaker_tensors(RandomValues& random, const SpeakerShape& shape) {
    Tensors tensors;
    const auto add = [&](const std::string& name, std::vector<std::size_t> extents) {
        std::size_t size = 1;
        for (const std::size_t extent : extents)
            size *= extent;
        tensors[name] = {std::move(extents), random.floats(size, 0.5F)};
    };
    for (std::size_t i = 0; i < shape.layers; ++i) {
        const std::string layer = "_l" + std::to_string(i);
        add("lstm.weight_ih" + layer, {4 * shape.width, i == 0 ? shape.bands : shape.width});
        add("lstm.weight_hh" + layer, {4 * shape.width, shape.width});
        add("lstm.bias_ih" + layer, {4 * shape.width});
        add("lstm.bias_hh" + layer, {4 * shape.width});
    }
    add("linear.weight", {shape.outputs, shape.width});
    add("linear.bias", {shape.outputs});
    return tensors;
}

}  // namespace speech
