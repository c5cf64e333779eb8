#include "speech/speaker_features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

constexpr double pi = std::numbers::pi;

double mel(double hz) {
    return 1127 * std::log(1 + hz / 700);
}

// The definition, a step after the other: a window's samples without their mean, each less most of the one before it,
// Hamming's window, and the power of each frequency.
std::vector<double> powers_by_definition(const std::vector<float>& samples, std::size_t frame) {
    std::vector<double> window;
    double sum = 0;
    for (std::size_t i = 0; i < 400; ++i) {
        window.push_back(32768 * static_cast<double>(samples[160 * frame + i]));
        sum += window.back();
    }
    for (double& value : window)
        value -= sum / 400;
    for (std::size_t i = 399; i > 0; --i)
        window[i] -= 0.97 * window[i - 1];
    window[0] -= 0.97 * window[0];
    for (std::size_t i = 0; i < 400; ++i)
        window[i] *= 0.54 - 0.46 * std::cos(2 * pi * static_cast<double>(i) / 399);
    std::vector<double> powers;
    for (std::size_t k = 0; k < 256; ++k) {
        double real = 0;
        double imaginary = 0;
        for (std::size_t i = 0; i < 400; ++i) {
            const double angle = 2 * pi * static_cast<double>(i * k % 512) / 512;
            real += window[i] * std::cos(angle);
            imaginary += window[i] * std::sin(angle);
        }
        powers.push_back(real * real + imaginary * imaginary);
    }
    return powers;
}

double band_by_definition(const std::vector<double>& powers, std::size_t band) {
    const double step = (mel(8000) - mel(20)) / 81;
    const double left = mel(20) + step * static_cast<double>(band);
    double sum = 0;
    for (std::size_t k = 0; k < powers.size(); ++k) {
        const double at = mel(31.25 * static_cast<double>(k));
        if (at <= left || at >= left + 2 * step) continue;
        sum += powers[k] * (at <= left + step ? (at - left) / step : (left + 2 * step - at) / step);
    }
    return std::log(std::max(sum, 1.1920929e-7));
}

TEST(SpeakerFeatures, AreTheirDefinition) {
    for (unsigned seed = 0; seed < 3; ++seed) {
        RandomValues random(seed);
        const std::vector<float> samples = random.floats(random.count(400, 3000), 0.3F);
        const std::size_t count = 1 + (samples.size() - 400) / 160;
        const std::vector<float> frames = SpeakerFeatures().frames(samples);
        ASSERT_EQ(frames.size(), count * 80);
        std::vector<double> expected;
        for (std::size_t frame = 0; frame < count; ++frame) {
            const auto powers = powers_by_definition(samples, frame);
            for (std::size_t band = 0; band < 80; ++band)
                expected.push_back(band_by_definition(powers, band));
        }
        for (std::size_t band = 0; band < 80; ++band) {
            double mean = 0;
            for (std::size_t frame = 0; frame < count; ++frame)
                mean += expected[frame * 80 + band] / static_cast<double>(count);
            for (std::size_t frame = 0; frame < count; ++frame)
                ASSERT_NEAR(static_cast<double>(frames[frame * 80 + band]), expected[frame * 80 + band] - mean, 1e-3)
                    << "seed " << seed << " band " << band;
        }
    }
}

TEST(SpeakerFeatures, OfLessThanAWindowAreNone) {
    EXPECT_TRUE(SpeakerFeatures().frames(std::vector<float>(399)).empty());
    EXPECT_EQ(SpeakerFeatures().frames(std::vector<float>(400)).size(), speaker_bands);
}

TEST(SpeakerFeatures, AreTheSameBitsFromEveryInstructionSet) {
    const std::vector<float> samples = RandomValues(1).floats(20000);
    const std::vector<float> expected = SpeakerFeatures().frames(samples);
    for (const MatrixKernels& kernels : matrix_kernels()) {
        if (kernels.name != matrix_kernels().front().name) continue;
        EXPECT_EQ(SpeakerFeatures(kernels).frames(samples), expected) << kernels.instructions;
    }
}

TEST(SpeakerFeatures, TakeTheLevelOut) {
    std::vector<float> samples = RandomValues(2).floats(8000, 0.5F);
    const std::vector<float> loud = SpeakerFeatures().frames(samples);
    for (float& sample : samples)
        sample /= 64;
    const std::vector<float> quiet = SpeakerFeatures().frames(samples);
    for (std::size_t i = 0; i < loud.size(); ++i)
        ASSERT_NEAR(loud[i], quiet[i], 1e-3F) << i;
}

}  // namespace
}  // namespace speech
