#include "speech/speaker_space.hpp"

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "speech/fakes.hpp"
#include "speech/random_values.hpp"

namespace speech {
namespace {

constexpr std::size_t voice_size = 5;
constexpr std::size_t space_size = 3;

Tensors random_space(RandomValues& random) {
    const auto tensor = [&](std::vector<std::size_t> shape) {
        const std::size_t size = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies{});
        return Tensor{std::move(shape), random.floats(size)};
    };
    return {{"space.voice_mean", tensor({voice_size})},
            {"space.discriminants", tensor({space_size, voice_size})},
            {"space.discriminant_mean", tensor({space_size})},
            {"space.mean", tensor({space_size})},
            {"space.transform", tensor({space_size, space_size})},
            {"space.between", tensor({space_size})}};
}

// The definition, a value at a time.
std::vector<double> by_definition(const Tensors& tensors, const std::vector<float>& voice) {
    const auto value = [&](const std::string& name, std::size_t at) {
        return static_cast<double>(tensors.find("space." + name)->second.values[at]);
    };
    const auto scaled = [](std::vector<double> values) {
        double squares = 0;
        for (const double each : values)
            squares += each * each;
        for (double& each : values)
            each *= std::sqrt(static_cast<double>(values.size())) / std::sqrt(squares);
        return values;
    };
    std::vector<double> first(voice_size);
    for (std::size_t i = 0; i < voice_size; ++i)
        first[i] = 4 * static_cast<double>(voice[i]) - value("voice_mean", i);
    first = scaled(first);
    std::vector<double> second(space_size);
    for (std::size_t o = 0; o < space_size; ++o) {
        for (std::size_t i = 0; i < voice_size; ++i)
            second[o] += value("discriminants", o * voice_size + i) * first[i];
        second[o] -= value("discriminant_mean", o);
    }
    second = scaled(second);
    std::vector<double> place(space_size);
    for (std::size_t o = 0; o < space_size; ++o) {
        for (std::size_t i = 0; i < space_size; ++i)
            place[o] += value("transform", o * space_size + i) * (second[i] - value("mean", i));
    }
    return place;
}

TEST(SpeakerSpace, ProjectsAsDefined) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        RandomValues random(seed);
        const Tensors tensors = random_space(random);
        const auto space = SpeakerSpace::make(tensors, "a file");
        ASSERT_TRUE(space) << space.error().message;
        const std::vector<float> voice = random.floats(voice_size);
        const auto place = space->project(voice);
        const auto expected = by_definition(tensors, voice);
        ASSERT_EQ(place.size(), expected.size());
        for (std::size_t i = 0; i < place.size(); ++i)
            ASSERT_NEAR(place[i], expected[i], 1e-9) << "seed " << seed;
    }
}

TEST(SpeakerSpace, ProjectsAVoiceOfNothingToo) {
    for (const double value : fakes::plain_space(3).project(std::vector<float>(3)))
        EXPECT_EQ(value, 0);
}

TEST(SpeakerSpace, RefusesAFileWithoutIt) {
    RandomValues random(1);
    const Tensors whole = random_space(random);
    for (const auto& [name, tensor] : whole) {
        Tensors without = whole;
        without.erase(name);
        Tensors reshaped = whole;
        reshaped[name].shape.push_back(1);
        for (const Tensors& tensors : {without, reshaped}) {
            const auto space = SpeakerSpace::make(tensors, "a file");
            ASSERT_FALSE(space) << name;
            EXPECT_EQ(space.error().code, base::ErrorCode::model_broken);
            EXPECT_NE(space.error().message.find("a file is not a speaker encoder: the tensor space."),
                      std::string::npos);
        }
    }
    EXPECT_FALSE(SpeakerSpace::make({}, "a file"));
}

}  // namespace
}  // namespace speech
