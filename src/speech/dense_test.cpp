#include "speech/dense.hpp"

#include <random>

#include <gtest/gtest.h>

namespace speech {
namespace {

DenseLayer random_layer(std::size_t inputs, std::size_t outputs, std::mt19937& random) {
    std::uniform_real_distribution<float> value(-1, 1);
    DenseLayer layer(inputs, outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
        layer.bias(o) = value(random);
        for (std::size_t i = 0; i < inputs; ++i)
            layer.weight(i, o) = value(random);
    }
    return layer;
}

double expected(DenseLayer& layer, const float* in, std::size_t output) {
    double sum = static_cast<double>(layer.bias(output));
    for (std::size_t i = 0; i < layer.inputs(); ++i)
        sum += static_cast<double>(in[i]) * static_cast<double>(layer.weight(i, output));
    return sum;
}

struct Size {
    std::size_t inputs;
    std::size_t outputs;
    std::size_t columns;
    std::size_t in_step;
};

void check(const NumericProfile& profile, const Size& size) {
    std::mt19937 random(7);
    DenseLayer layer = random_layer(size.inputs, size.outputs, random);
    std::vector<float> in(size.inputs + size.in_step * size.columns);
    std::uniform_real_distribution<float> value(-1, 1);
    for (float& sample : in)
        sample = value(random);
    std::vector<Line> out(layer.lines() * size.columns, Line{});
    profile.dense(layer, in.data(), size.in_step, size.columns, out.data());
    for (std::size_t c = 0; c < size.columns; ++c) {
        for (std::size_t o = 0; o < size.outputs; ++o) {
            const Line& line = out[c * layer.lines() + o / line_floats];
            EXPECT_NEAR(static_cast<double>(line.values[o % line_floats]),
                        expected(layer, in.data() + c * size.in_step, o), 1e-4)
                << profile.name << " column " << c << " output " << o;
        }
    }
}

TEST(Dense, EveryProfileGivesWhatTheDefinitionGives) {
    for (const NumericProfile& profile : numeric_profiles()) {
        for (const std::size_t outputs : {1U, 16U, 64U, 258U}) {
            check(profile, {33, outputs, 1, 0});
            check(profile, {33, outputs, 2, 17});
            check(profile, {33, outputs, 4, 33});
        }
    }
}

TEST(Dense, TheProfileOfThisProcessorNamesItsKernel) {
    EXPECT_TRUE(processor_profile().starts_with(numeric_profiles().front().name));
    EXPECT_EQ(numeric_profiles().back().name, "scalar");
}

}  // namespace
}  // namespace speech
