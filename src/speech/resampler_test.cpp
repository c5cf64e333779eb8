#include "speech/resampler.hpp"

#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace speech {
namespace {

std::vector<float> tone(double frequency_hz, std::int64_t rate_hz, double seconds) {
    std::vector<float> samples;
    for (int i = 0; i < static_cast<int>(seconds * static_cast<double>(rate_hz)); ++i)
        samples.push_back(
            static_cast<float>(std::sin(2 * std::numbers::pi * frequency_hz * i / static_cast<double>(rate_hz))));
    return samples;
}

std::vector<float> resampled(const std::vector<float>& samples, std::int64_t rate_hz) {
    Resampler resampler = Resampler::create(rate_hz).value();
    std::vector<float> result = resampler.push(samples);
    const std::vector<float> rest = resampler.finish();
    result.insert(result.end(), rest.begin(), rest.end());
    return result;
}

// Away from both ends, where silence meets the tone.
float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
    float largest = 0;
    for (std::size_t i = 800; i + 800 < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

TEST(Resampler, KeepsATonesPitchHeightAndPlace) {
    for (const std::int64_t rate_hz : {8000, 11025, 22050, 24000, 32000, 44100, 48000}) {
        for (const double frequency_hz : {0.4 * 8000 * 0.5, 300.0}) {
            const auto result = resampled(tone(frequency_hz, rate_hz, 1), rate_hz);
            ASSERT_EQ(result.size(), 16000U) << rate_hz;
            EXPECT_LT(largest_difference(result, tone(frequency_hz, 16000, 1)), 2e-4F) << rate_hz;
        }
    }
}

TEST(Resampler, LeavesNothingOfWhatTheNewRateCannotHold) {
    for (const double frequency_hz : {8100.0, 10000.0, 15000.0, 23000.0}) {
        const auto result = resampled(tone(frequency_hz, 48000, 1), 48000);
        EXPECT_LT(largest_difference(result, std::vector<float>(16000)), 2e-4F) << frequency_hz;
    }
}

TEST(Resampler, PassesSixteenKilohertzAsItIs) {
    const auto samples = tone(440, 16000, 0.1);
    EXPECT_EQ(resampled(samples, 16000), samples);
}

TEST(Resampler, GivesTheSameHoweverTheSamplesAreCut) {
    std::mt19937 random(7);
    for (const std::int64_t rate_hz : {8000, 44100, 48000}) {
        const auto samples = tone(700, rate_hz, 0.5);
        Resampler resampler = Resampler::create(rate_hz).value();
        std::vector<float> result;
        const auto take = [&](const std::vector<float>& more) {
            result.insert(result.end(), more.begin(), more.end());
        };
        for (std::size_t at = 0; at < samples.size();) {
            const std::size_t count = std::min<std::size_t>(random() % 900, samples.size() - at);
            take(resampler.push(std::span(samples).subspan(at, count)));
            at += count;
        }
        take(resampler.finish());
        EXPECT_EQ(result, resampled(samples, rate_hz)) << rate_hz;
    }
}

TEST(Resampler, GivesNothingForNothingAndRefusesOtherRates) {
    EXPECT_TRUE(resampled({}, 44100).empty());
    for (const std::int64_t rate_hz : {0, -16000, 7999, 16001, 48025, 96000})
        EXPECT_FALSE(Resampler::create(rate_hz)) << rate_hz;
}

}  // namespace
}  // namespace speech
