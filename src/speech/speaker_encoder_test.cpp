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

// [channel][band][time], as PyTorch has it.
struct Picture {
    std::size_t channels;
    std::size_t bands;
    std::size_t times;
    std::vector<double> values;

    [[nodiscard]] double at(std::size_t channel, std::size_t band, std::size_t time) const {
        // What is before the first is a great number here, and so beyond the last.
        if (band >= bands || time >= times) return 0;
        return values[(channel * bands + band) * times + time];
    }
};

Picture convolved(const Tensors& tensors, const std::string& name, const Picture& in, std::size_t stride) {
    const Tensor& weights = tensors.at(name + ".weight");
    const Tensor& bias = tensors.at(name + ".bias");
    const std::size_t taps = weights.shape[2];
    Picture out{weights.shape[0], (in.bands + stride - 1) / stride, (in.times + stride - 1) / stride, {}};
    for (std::size_t output = 0; output < out.channels; ++output) {
        for (std::size_t band = 0; band < out.bands; ++band) {
            for (std::size_t time = 0; time < out.times; ++time) {
                auto sum = static_cast<double>(bias.values[output]);
                for (std::size_t channel = 0; channel < in.channels; ++channel) {
                    for (std::size_t i = 0; i < taps * taps; ++i) {
                        const auto weight =
                            static_cast<double>(weights.values[(output * in.channels + channel) * taps * taps + i]);
                        sum += weight *
                               in.at(channel, band * stride + i / taps - taps / 2, time * stride + i % taps - taps / 2);
                    }
                }
                out.values.push_back(sum);
            }
        }
    }
    return out;
}

Picture positive(Picture picture) {
    for (double& value : picture.values)
        value = std::max(value, 0.0);
    return picture;
}

Picture block(const Tensors& tensors, const std::string& name, const Picture& in, std::size_t stride) {
    const Picture first = positive(convolved(tensors, name + "conv1", in, stride));
    Picture out = convolved(tensors, name + "conv2", first, 1);
    const Picture given = stride == 1 ? in : convolved(tensors, name + "shortcut", in, stride);
    for (std::size_t i = 0; i < out.values.size(); ++i)
        out.values[i] += given.values[i];
    return positive(std::move(out));
}

Picture encoded_by_definition(const Tensors& tensors, const std::vector<float>& frames, std::size_t bands) {
    Picture picture{1, bands, frames.size() / bands, {}};
    for (std::size_t i = 0; i < frames.size(); ++i)
        picture.values.push_back(static_cast<double>(frames[i % picture.times * bands + i / picture.times]));
    picture = positive(convolved(tensors, "conv1", picture, 1));
    picture = block(tensors, "layer1.0.", picture, 1);
    picture = block(tensors, "layer1.1.", picture, 1);
    return block(tensors, "layer2.0.", picture, 2);
}

TEST(SpeakerEncoder, EncodesAsTheNetworkIsDefined) {
    for (unsigned seed = 0; seed < 20; ++seed) {
        RandomValues random(seed);
        const SpeakerShape shape{2 * random.count(1, 9), 16 * random.count(1, 2), 16 * random.count(1, 3), 8};
        const Tensors tensors = random_speaker_tensors(random, shape);
        const auto encoder = SpeakerEncoder::make(tensors, "random").value();
        ASSERT_EQ(encoder.bands(), shape.bands);
        ASSERT_EQ(encoder.reduction(), 2U);
        const std::vector<float> frames = random.floats(random.count(1, 70) * shape.bands);
        const Picture expected = encoded_by_definition(tensors, frames, shape.bands);
        const std::vector<float> encoded = encoder.encode(frames);
        ASSERT_EQ(encoded.size(), expected.values.size()) << "seed " << seed;
        double greatest = 0;
        for (const double value : expected.values)
            greatest = std::max(greatest, value);
        for (std::size_t i = 0; i < encoded.size(); ++i) {
            const std::size_t time = i / encoder.encoded_size();
            const std::size_t band = i % encoder.encoded_size() / expected.channels;
            ASSERT_NEAR(static_cast<double>(encoded[i]), expected.at(i % expected.channels, band, time),
                        0.02 * greatest)  // some hundred values rounded to eight bits, seven times
                << "seed " << seed << " time " << time << " band " << band;
        }
    }
}

TEST(SpeakerEncoder, GivesAVectorOfTheMeansAndDeviationsOfAWindow) {
    RandomValues random(4);
    const SpeakerShape shape{6, 16, 32, 5};
    const Tensors tensors = random_speaker_tensors(random, shape);
    const auto encoder = SpeakerEncoder::make(tensors, "random").value();
    constexpr std::size_t times = 20;
    constexpr std::size_t length = 7;
    const std::vector<float> encoded = random.floats(times * encoder.encoded_size());
    const std::vector<std::size_t> starts{0, 4, 13};
    const auto voices = encoder.voices(encoded, starts, length);
    ASSERT_EQ(voices.size(), starts.size());
    const std::size_t bands = shape.bands / 2;
    for (std::size_t window = 0; window < starts.size(); ++window) {
        std::vector<double> statistics;  // channel by channel, of each the bands
        std::vector<double> deviations;
        for (std::size_t i = 0; i < shape.more_channels * bands; ++i) {
            const auto value = [&](std::size_t time) {
                const std::size_t at = i % bands * shape.more_channels + i / bands;
                return static_cast<double>(encoded[(starts[window] + time) * encoder.encoded_size() + at]);
            };
            double sum = 0;
            double squares = 0;
            for (std::size_t time = 0; time < length; ++time) {
                sum += value(time);
                squares += value(time) * value(time);
            }
            statistics.push_back(sum / length);
            deviations.push_back(std::sqrt((squares - sum * sum / length) / (length - 1)));
        }
        statistics.insert(statistics.end(), deviations.begin(), deviations.end());
        std::vector<double> expected;
        double power = 0;
        for (std::size_t output = 0; output < shape.outputs; ++output) {
            double sum = static_cast<double>(tensors.at("embedding.bias").values[output]);
            for (std::size_t i = 0; i < statistics.size(); ++i) {
                const float weight = tensors.at("embedding.weight").values[output * statistics.size() + i];
                sum += static_cast<double>(weight) * statistics[i];
            }
            expected.push_back(sum);
            power += sum * sum;
        }
        ASSERT_EQ(voices[window].size(), expected.size());
        for (std::size_t output = 0; output < expected.size(); ++output)
            EXPECT_NEAR(static_cast<double>(voices[window][output]), expected[output] / std::sqrt(power), 1e-4);
    }
}

TEST(SpeakerEncoder, GivesTheSameBitsForAnyWindowsAndInstructionSet) {
    RandomValues random(7);
    const Tensors tensors = random_speaker_tensors(random, {16, 32, 48, 33});
    const std::vector<float> frames = random.floats(90 * 16);
    const auto first = SpeakerEncoder::make(tensors, "random").value();
    const auto encoded = first.encode(frames);
    const std::vector<std::size_t> starts{0, 3, 9, 20, 21, 30};
    const auto together = first.voices(encoded, starts, 11);
    for (const MatrixKernels& kernels : matrix_kernels()) {
        if (kernels.name != matrix_kernels().front().name) continue;
        const auto encoder = SpeakerEncoder::make(tensors, "random", kernels).value();
        EXPECT_EQ(encoder.encode(frames), encoded) << kernels.instructions;
        for (std::size_t i = 0; i < starts.size(); ++i)
            EXPECT_EQ(encoder.voices(encoded, std::span(starts).subspan(i, 1), 11).front(), together[i])
                << kernels.instructions;
    }
    EXPECT_TRUE(first.voices(encoded, {}, 11).empty());
    EXPECT_TRUE(first.encode({}).empty());
}

TEST(SpeakerEncoder, RefusesTensorsThatDoNotFit) {
    RandomValues random(3);
    const Tensors whole = random_speaker_tensors(random, {8, 16, 32, 8});
    ASSERT_TRUE(SpeakerEncoder::make(whole, "whole"));
    for (const auto& [name, tensor] : whole) {
        if (name == "layer1.1.conv1.weight") continue;  // without it the layer has one block
        Tensors without = whole;
        without.erase(name);
        const auto encoder = SpeakerEncoder::make(without, "x");
        ASSERT_FALSE(encoder) << name;
        EXPECT_EQ(encoder.error().code, base::ErrorCode::model_broken) << name;
    }
    for (const auto& [name, tensor] : whole) {
        Tensors wrong = whole;
        wrong[name].shape.back() += 1;
        EXPECT_FALSE(SpeakerEncoder::make(wrong, "x").has_value()) << name;
    }
    EXPECT_FALSE(SpeakerEncoder::make(random_speaker_tensors(random, {8, 8, 32, 8}), "half a line").has_value());
    EXPECT_FALSE(SpeakerEncoder::make({}, "x").has_value());
}

}  // namespace
}  // namespace speech
