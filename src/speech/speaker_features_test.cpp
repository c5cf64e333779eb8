#include "speech/speaker_features.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

constexpr double pi = std::numbers::pi;

double hz_of_mel(double mel) {
    return mel < 15 ? mel * 200 / 3 : 1000 * std::pow(6.4, (mel - 15) / 27);
}

// The definition: the power of each frequency, and how high the band's triangle stands over it.
double band_by_definition(const std::vector<float>& samples, std::size_t frame, std::size_t band) {
    const double top_mel = 15 + 27 * std::log(8.0) / std::log(6.4);  // 8000 Hz
    const auto corner = [&](std::size_t i) { return hz_of_mel(top_mel * static_cast<double>(i) / 41); };
    double sum = 0;
    for (int k = 0; k <= 200; ++k) {
        const double up = (40 * k - corner(band)) / (corner(band + 1) - corner(band));
        const double down = (corner(band + 2) - 40 * k) / (corner(band + 2) - corner(band + 1));
        const double height = std::max(0.0, std::min(up, down)) * 2 / (corner(band + 2) - corner(band));
        if (height == 0) continue;
        double real = 0;
        double imaginary = 0;
        for (int i = 0; i < 400; ++i) {
            const auto at = static_cast<std::ptrdiff_t>(160 * frame) + i - 200;
            if (at < 0 || at >= std::ssize(samples)) continue;
            const double value = static_cast<double>(samples[static_cast<std::size_t>(at)]);
            const double windowed = value * std::pow(std::sin(pi * i / 400), 2);
            real += windowed * std::cos(2 * pi * i * k / 400);
            imaginary += windowed * std::sin(2 * pi * i * k / 400);
        }
        sum += height * (real * real + imaginary * imaginary);
    }
    return sum;
}

TEST(SpeakerFeatures, AreTheirDefinition) {
    for (unsigned seed = 0; seed < 6; ++seed) {
        RandomValues random(seed);
        const std::vector<float> samples = random.floats(random.count(0, 1500));
        const std::vector<float> frames = SpeakerFeatures().frames(samples);
        ASSERT_EQ(frames.size(), (1 + samples.size() / 160) * 40);
        for (std::size_t at = 0; at < frames.size(); ++at) {
            const double expected = band_by_definition(samples, at / 40, at % 40);
            ASSERT_NEAR(static_cast<double>(frames[at]), expected, 1e-5 + 1e-4 * expected) << "seed " << seed;
        }
    }
}

TEST(SpeakerFeatures, AreTheSameBitsFromEveryInstructionSet) {
    const std::vector<float> samples = RandomValues(1).floats(20000);
    const std::vector<float> expected = SpeakerFeatures().frames(samples);
    for (const MatrixKernels& kernels : matrix_kernels()) {
        if (kernels.name != matrix_kernels().front().name) continue;
        EXPECT_EQ(SpeakerFeatures(kernels).frames(samples), expected) << kernels.instructions;
    }
}

TEST(SpeakerFeatures, AmplifyQuietSpeechOnly) {
    EXPECT_NEAR(speaker_gain(std::vector<float>(100, 0.001F)), 31.6228F, 0.001F);
    EXPECT_EQ(speaker_gain(std::vector<float>(100, 0.5F)), 1);
    EXPECT_EQ(speaker_gain(std::vector<float>(100, 0)), 1);
    EXPECT_EQ(speaker_gain({}), 1);
}

}  // namespace
}  // namespace speech
