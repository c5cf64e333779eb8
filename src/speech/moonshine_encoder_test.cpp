#include "speech/moonshine_encoder.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "speech/moonshine_reference.hpp"

namespace speech {
namespace {

using reference::Model;

// What lies next to the middle between two bfloat16 is rounded the one way here and the other way there: single values
// differ by such a step, hardly any on the whole.
TEST(MoonshineEncoder, GivesWhatTheDefinitionGives) {
    double differences = 0;
    double values = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Model model(seed);
        RandomValues random(seed);
        const std::vector<float> samples = random.floats(random.count(900, seed % 8 == 0 ? 60'000 : 12'000), 0.3F);
        const reference::Rows expected = model.encode(samples);
        const Frames frames = encode(model.weights(), matrix_kernels().front(), samples);
        ASSERT_EQ(frames.count, expected.size());
        for (std::size_t row = 0; row < frames.count; ++row) {
            for (std::size_t i = 0; i < Model::width; ++i) {
                const auto value = static_cast<double>(frames.values[row * Model::width + i]);
                ASSERT_NEAR(value, expected[row][i], 0.05);
                differences += std::abs(value - expected[row][i]);
                ++values;
            }
        }
    }
    EXPECT_LT(differences / values, 1e-3);
}

TEST(MoonshineEncoder, GivesTheSameBitsOnEveryInstructionSet) {
    const MoonshineWeights weights = Model(1).weights();
    const std::vector<float> samples = RandomValues(1).floats(8000, 0.3F);
    const Frames expected = encode(weights, matrix_kernels().front(), samples);
    for (const MatrixKernels& kernels : matrix_kernels())
        EXPECT_EQ(encode(weights, kernels, samples).values, expected.values) << kernels.instructions;
}

TEST(MoonshineEncoder, FillsAMomentUpWithSilence) {
    const MoonshineWeights weights = Model(2).weights();
    std::vector<float> samples = RandomValues(2).floats(100);
    const Frames short_one = encode(weights, matrix_kernels().front(), samples);
    samples.resize(127 + 64 * 12);
    EXPECT_EQ(short_one.values, encode(weights, matrix_kernels().front(), samples).values);
    EXPECT_EQ(encode(weights, matrix_kernels().front(), {}).count, 1U);
}

}  // namespace
}  // namespace speech
