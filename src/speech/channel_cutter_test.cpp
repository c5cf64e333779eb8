#include "speech/channel_cutter.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "speech/fixtures.hpp"

namespace speech {
namespace {

constexpr std::size_t second = 16000;

// Speech of 2.7 s after `delay` seconds, then silence up to `seconds` in all.
std::vector<float> spoken(std::size_t delay, std::size_t seconds) {
    std::vector<float> samples(delay * second);
    const auto speech = fixtures::speech_samples();
    samples.insert(samples.end(), speech.begin(), speech.end());
    samples.resize(seconds * second);
    return samples;
}

std::vector<float> interleaved(const std::vector<std::vector<float>>& channels) {
    std::vector<float> samples;
    for (std::size_t i = 0; i < channels.front().size(); ++i) {
        for (const auto& channel : channels)
            samples.push_back(channel[i]);
    }
    return samples;
}

struct Cut {
    std::vector<CutSegment> segments;
    int channels = 0;
};

Cut cut_channels(const std::vector<std::vector<float>>& channels, std::size_t block = 4096, bool told = true) {
    ChannelCutter cutter(fixtures::voice_activity(), {static_cast<int>(channels.size()), told});
    const auto samples = interleaved(channels);
    Cut result;
    const auto take = [&] {
        while (auto segment = cutter.next())
            result.segments.push_back(*std::move(segment));
    };
    const std::size_t step = block * channels.size();
    for (std::size_t at = 0; at < samples.size(); at += step) {
        cutter.push(std::span(samples).subspan(at, std::min(step, samples.size() - at)));
        take();
    }
    cutter.finish();
    take();
    EXPECT_EQ(cutter.heard_samples(), std::ssize(channels.front()));
    result.channels = cutter.told_channels();
    return result;
}

// The same as a cutter of that channel alone gives.
std::vector<PlannedSegment> alone(const std::vector<float>& samples, int channel) {
    SegmentCutter cutter(fixtures::voice_activity());
    cutter.push(samples);
    cutter.finish();
    std::vector<PlannedSegment> plans;
    while (auto segment = cutter.next()) {
        segment->plan.channel = channel;
        plans.push_back(std::move(segment->plan));
    }
    return plans;
}

std::vector<PlannedSegment> plans_of(const Cut& cut, std::optional<int> channel) {
    std::vector<PlannedSegment> plans;
    for (const CutSegment& segment : cut.segments) {
        if (segment.plan.channel == channel) plans.push_back(segment.plan);
    }
    return plans;
}

TEST(ChannelCutter, CutsEachChannelAsIfItWereAlone) {
    const std::vector channels{spoken(0, 9), spoken(1, 9), spoken(5, 9)};
    const Cut result = cut_channels(channels);
    EXPECT_EQ(result.channels, 3);
    for (int channel = 0; channel < 3; ++channel) {
        const auto expected = alone(channels[static_cast<std::size_t>(channel)], channel);
        ASSERT_EQ(expected.size(), 1U);
        EXPECT_EQ(plans_of(result, channel), expected) << channel;
    }
    for (const CutSegment& segment : result.segments)
        EXPECT_EQ(std::ssize(segment.samples), segment.plan.span.length());
}

TEST(ChannelCutter, GivesTheSameInTheSameOrderForAnyBlocks) {
    const std::vector channels{spoken(0, 9), spoken(1, 9)};
    const Cut expected = cut_channels(channels, 9 * second);
    ASSERT_EQ(expected.segments.size(), 2U);
    for (const std::size_t block : {1U, 511U, 512U, 513U, 4096U}) {
        const Cut result = cut_channels(channels, block);
        ASSERT_EQ(result.segments.size(), expected.segments.size()) << block;
        for (std::size_t i = 0; i < result.segments.size(); ++i) {
            EXPECT_EQ(result.segments[i].plan, expected.segments[i].plan) << block;
            EXPECT_EQ(result.segments[i].samples, expected.segments[i].samples) << block;
        }
    }
}

TEST(ChannelCutter, HearsChannelsOfOneSoundOnce) {
    auto almost = spoken(0, 5);
    for (float& sample : almost)
        sample *= 0.8F;
    const Cut result = cut_channels({spoken(0, 5), almost, spoken(0, 5)});
    EXPECT_EQ(result.channels, 1);
    ASSERT_EQ(result.segments.size(), 1U);
    EXPECT_EQ(result.segments.front().plan.channel, 0);
}

TEST(ChannelCutter, PartsChannelsWhenTheySoundDifferent) {
    auto first = spoken(0, 12);
    auto second_channel = first;
    const auto late = spoken(7, 12);
    std::copy(late.begin() + 6 * static_cast<std::ptrdiff_t>(second), late.end(),
              second_channel.begin() + 6 * static_cast<std::ptrdiff_t>(second));
    const Cut result = cut_channels({first, second_channel, first});
    EXPECT_EQ(result.channels, 2);
    EXPECT_EQ(plans_of(result, 0).size(), 1U);  // what all of them said
    ASSERT_EQ(plans_of(result, 1).size(), 1U);  // what only the second one said
    EXPECT_GE(plans_of(result, 1).front().span.start, static_cast<std::int64_t>(6 * second));
    EXPECT_TRUE(plans_of(result, 2).empty());
}

TEST(ChannelCutter, SaysNoChannelOfAMix) {
    const Cut result = cut_channels({spoken(0, 5)}, 4096, false);
    EXPECT_EQ(result.channels, 0);
    ASSERT_EQ(result.segments.size(), 1U);
    EXPECT_EQ(result.segments.front().plan.channel, std::nullopt);
    EXPECT_EQ(cut_channels({spoken(0, 5)}).segments.front().plan.channel, 0);
}

}  // namespace
}  // namespace speech
