#include "decode/mono_mixer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

namespace decode {
namespace {

using enum ChannelRole;
using Planes = std::vector<std::vector<float>>;

constexpr int rate = 16000;

std::vector<float> tone(double frequency_hz, float level, std::size_t size = rate) {
    std::vector<float> samples(size);
    for (std::size_t i = 0; i < size; ++i) {
        const double angle = 2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / rate;
        samples[i] = level * static_cast<float>(std::sin(angle));
    }
    return samples;
}

std::vector<float> scaled(std::vector<float> samples, float factor) {
    for (float& sample : samples)
        sample *= factor;
    return samples;
}

std::vector<float> silence(std::size_t size = rate) {
    return std::vector<float>(size, 0.0F);
}

double level(std::span<const float> samples) {
    double energy = 0;
    for (const float sample : samples)
        energy += static_cast<double>(sample) * static_cast<double>(sample);
    return std::sqrt(energy / static_cast<double>(samples.size()));
}

std::vector<float> mix(const Planes& planes, std::vector<ChannelRole> roles, std::size_t frame = 1024) {
    MonoMixer mixer(roles, rate);
    std::vector<float> out;
    for (std::size_t start = 0; start < planes.front().size(); start += frame) {
        Planes part;
        for (const auto& plane : planes) {
            const auto first = plane.begin() + static_cast<std::ptrdiff_t>(start);
            part.emplace_back(first, first + static_cast<std::ptrdiff_t>(std::min(frame, plane.size() - start)));
        }
        mixer.mix(part, out);
    }
    return out;
}

// Every stretch of 100 ms, the first one too.
void expect_level_everywhere(const std::vector<float>& samples, double wanted, double tolerance) {
    for (std::size_t start = 0; start + 1600 <= samples.size(); start += 1600) {
        EXPECT_NEAR(level(std::span(samples).subspan(start, 1600)), wanted, tolerance) << "at sample " << start;
    }
}

TEST(MonoMixer, one_channel_is_itself) {
    const auto voice = tone(220, 0.5F);
    EXPECT_EQ(mix({voice}, {centre}), voice);
    EXPECT_EQ(mix({voice}, {low_frequency}), voice) << "even if it is called low-frequency";
}

TEST(MonoMixer, equal_channels_keep_their_samples) {
    const auto voice = tone(220, 0.5F);
    const auto mono = mix({voice, voice}, {front, front});
    for (std::size_t i = 0; i < voice.size(); ++i)
        ASSERT_NEAR(mono[i], voice[i], 1e-3F);
}

TEST(MonoMixer, opposite_phase_does_not_cancel_from_the_first_sample) {
    const auto voice = tone(220, 0.5F);
    const auto mono = mix({voice, scaled(voice, -1)}, {front, front});
    for (std::size_t i = 0; i < voice.size(); ++i)
        ASSERT_NEAR(mono[i], voice[i], 1e-3F);
}

TEST(MonoMixer, opposite_phase_after_leading_silence) {
    auto voice = silence();
    const auto speech = tone(220, 0.5F);
    voice.insert(voice.end(), speech.begin(), speech.end());
    const auto mono = mix({voice, scaled(voice, -1)}, {front, front});
    EXPECT_GT(level(std::span(mono).subspan(16000, 800)), 0.3);
}

TEST(MonoMixer, one_side_alone_keeps_its_level) {
    const auto voice = tone(220, 0.5F);
    expect_level_everywhere(mix({voice, silence()}, {front, front}), level(voice), 0.01);
    expect_level_everywhere(mix({silence(), voice}, {front, front}), level(voice), 0.01);
}

TEST(MonoMixer, a_pair_that_turns_into_opposite_phase_recovers_within_half_a_second_without_a_click) {
    const auto voice = tone(220, 0.5F, 3 * rate);
    auto other = voice;
    for (std::size_t i = rate; i < other.size(); ++i)
        other[i] = -other[i];
    const auto mono = mix({voice, other}, {front, front});
    expect_level_everywhere({mono.begin() + rate * 3 / 2, mono.end()}, level(voice), 0.05);
    float steepest = 0;
    for (std::size_t i = 1; i < mono.size(); ++i)
        steepest = std::max(steepest, std::abs(mono[i] - mono[i - 1]));
    EXPECT_LT(steepest, 0.15F) << "a tone of 220 Hz at this level changes by 0.043 a sample";
}

TEST(MonoMixer, different_voices_on_each_side_both_stay) {
    const auto mono = mix({tone(220, 0.4F), tone(330, 0.4F)}, {front, front});
    expect_level_everywhere(mono, level(tone(220, 0.4F)), 0.02);
}

TEST(MonoMixer, surround_puts_the_centre_first_and_drops_low_frequencies) {
    const auto voice = tone(220, 0.5F);
    const std::vector roles{front, front, centre, low_frequency, surround, surround};
    const auto rumble = tone(40, 0.9F);
    const auto alone = mix({silence(), silence(), voice, rumble, silence(), silence()}, roles);
    for (std::size_t i = 0; i < voice.size(); ++i)
        ASSERT_NEAR(alone[i], voice[i], 1e-3F);

    // Under equally loud effects all around, the centre has the larger part of the energy.
    const auto busy =
        mix({tone(500, 0.3F), tone(600, 0.3F), tone(220, 0.3F), rumble, tone(700, 0.3F), tone(800, 0.3F)}, roles);
    double centre_part = 0;
    const auto centre_tone = tone(220, 1);
    for (std::size_t i = 0; i < busy.size(); ++i)
        centre_part += static_cast<double>(busy[i] * centre_tone[i]);
    const double amplitude = 2 * centre_part / rate;
    EXPECT_GT(amplitude * amplitude / 2, 0.4 * level(busy) * level(busy));
}

TEST(MonoMixer, each_surround_channel_alone_is_heard_at_its_level) {
    const auto voice = tone(220, 0.5F);
    const std::vector roles{front, front, centre, low_frequency, surround, surround, surround, surround};
    for (const std::size_t active : {0U, 1U, 2U, 4U, 5U, 6U, 7U}) {
        Planes planes(8, silence());
        planes[active] = voice;
        expect_level_everywhere(mix(planes, roles), level(voice), 0.01);
    }
}

TEST(MonoMixer, unknown_channels_never_cancel) {
    const unsigned seed = 20261124;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto voice = tone(220, 0.5F);
    for (const std::size_t count : {3U, 8U}) {
        for (int round = 0; round < 20; ++round) {
            Planes planes;
            for (std::size_t i = 0; i < count; ++i)
                planes.push_back(scaled(voice, random() % 2 == 0 ? -1.0F : 1.0F));
            expect_level_everywhere(mix(planes, std::vector(count, unknown)), level(voice), 0.02);
        }
    }
}

TEST(MonoMixer, frames_of_any_size_give_about_the_same) {
    const auto left = tone(220, 0.4F);
    const auto right = tone(250, 0.2F);
    const auto whole = mix({left, right}, {front, front}, rate);
    for (const std::size_t frame : {64U, 160U, 1152U}) {
        const auto parts = mix({left, right}, {front, front}, frame);
        ASSERT_EQ(parts.size(), whole.size());
        for (std::size_t i = rate / 5; i < whole.size(); ++i)
            ASSERT_NEAR(parts[i], whole[i], 0.05F);
    }
}

TEST(MonoMixer, nothing_leaves_full_scale) {
    for (const float sample : mix({tone(220, 8), tone(330, 8)}, {front, front}))
        ASSERT_LE(std::abs(sample), 1.0F);
}

TEST(MonoMixer, silence_stays_silence) {
    EXPECT_EQ(mix({silence(), silence()}, {front, front}), silence());
}

}  // namespace
}  // namespace decode
