#include "speech/speaker_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "speech/random_speaker_encoder.hpp"
#include "speech/random_values.hpp"

namespace speech {
namespace {

using Values = std::vector<double>;

Values affine(const Tensor& weights, const Tensor& bias, const Values& in) {
    Values out(bias.values.begin(), bias.values.end());
    for (std::size_t o = 0; o < out.size(); ++o) {
        for (std::size_t i = 0; i < in.size(); ++i)
            out[o] += static_cast<double>(weights.values[o * in.size() + i]) * in[i];
    }
    return out;
}

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

// The definition: one layer over the whole window, then the next.
Values by_definition(const Tensors& tensors, const SpeakerShape& shape, std::vector<Values> sequence) {
    for (std::size_t layer = 0; layer < shape.layers; ++layer) {
        const std::string name = "_l" + std::to_string(layer);
        Values output(shape.width);
        Values cell(shape.width);
        for (Values& values : sequence) {
            const Values in = affine(tensors.at("lstm.weight_ih" + name), tensors.at("lstm.bias_ih" + name), values);
            const Values last = affine(tensors.at("lstm.weight_hh" + name), tensors.at("lstm.bias_hh" + name), output);
            const auto gate = [&](std::size_t which, std::size_t i) {
                return in[which * shape.width + i] + last[which * shape.width + i];
            };
            for (std::size_t i = 0; i < shape.width; ++i) {
                cell[i] = sigmoid(gate(1, i)) * cell[i] + sigmoid(gate(0, i)) * std::tanh(gate(2, i));
                output[i] = sigmoid(gate(3, i)) * std::tanh(cell[i]);
            }
            values = output;
        }
    }
    Values voice = affine(tensors.at("linear.weight"), tensors.at("linear.bias"), sequence.back());
    double power = 0;
    for (double& value : voice) {
        value = std::max(value, 0.0);
        power += value * value;
    }
    for (double& value : voice)
        value /= std::sqrt(power);
    return voice;
}

TEST(SpeakerEncoder, IsTheNetworkByItsDefinition) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        RandomValues random(seed);
        const SpeakerShape shape{random.count(1, 20), 16 * random.count(1, 3), random.count(1, 3),
                                 random.count(20, 40)};
        const Tensors tensors = random_speaker_tensors(random, shape);
        const std::size_t count = random.count(8, 20);
        const std::size_t length = random.count(1, 8);
        const std::vector<float> frames = random.floats(count * shape.bands);
        std::vector<std::size_t> starts(random.count(1, 9));
        for (std::size_t& start : starts)
            start = random.count(0, count - length);
        const auto voices = SpeakerEncoder::make(tensors, "random").value().encode(frames, starts, length);
        ASSERT_EQ(voices.size(), starts.size());
        for (std::size_t window = 0; window < starts.size(); ++window) {
            std::vector<Values> sequence;
            for (std::size_t t = starts[window]; t < starts[window] + length; ++t) {
                const float* frame = frames.data() + t * shape.bands;
                sequence.emplace_back(frame, frame + shape.bands);
            }
            const Values expected = by_definition(tensors, shape, std::move(sequence));
            ASSERT_EQ(voices[window].size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i)
                ASSERT_NEAR(static_cast<double>(voices[window][i]), expected[i], 1e-4) << "seed " << seed;
        }
    }
}

TEST(SpeakerEncoder, GivesTheSameBitsForAnyBatchAndInstructionSet) {
    RandomValues random(7);
    const Tensors tensors = random_speaker_tensors(random, {40, 48, 3, 33});
    const std::vector<float> frames = random.floats(50 * 40);
    const std::vector<std::size_t> starts{0, 3, 9, 20, 21, 30};
    const auto together = SpeakerEncoder::make(tensors, "random").value().encode(frames, starts, 20);
    for (const MatrixKernels& kernels : matrix_kernels()) {
        if (kernels.name != matrix_kernels().front().name) continue;
        const auto encoder = SpeakerEncoder::make(tensors, "random", kernels).value();
        for (std::size_t i = 0; i < starts.size(); ++i)
            EXPECT_EQ(encoder.encode(frames, std::span(starts).subspan(i, 1), 20).front(), together[i])
                << kernels.instructions;
    }
    EXPECT_TRUE(SpeakerEncoder::make(tensors, "random").value().encode(frames, {}, 20).empty());
}

TEST(SpeakerEncoder, RefusesTensorsThatDoNotFit) {
    RandomValues random(3);
    const Tensors whole = random_speaker_tensors(random, {5, 16, 2, 8});
    ASSERT_TRUE(SpeakerEncoder::make(whole, "whole"));
    for (const auto& [name, tensor] : whole) {
        if (name == "lstm.weight_ih_l1") continue;  // without it the encoder is one of a single layer
        Tensors without = whole;
        without.erase(name);
        EXPECT_EQ(SpeakerEncoder::make(without, "x").error().code, base::ErrorCode::model_broken) << name;
    }
    for (const auto& [name, tensor] : whole) {
        if (name == "lstm.weight_ih_l0") continue;  // it says how many bands there are
        Tensors wrong = whole;
        wrong[name].shape.back() += 1;
        EXPECT_FALSE(SpeakerEncoder::make(wrong, "x").has_value()) << name;
    }
}

}  // namespace
}  // namespace speech
