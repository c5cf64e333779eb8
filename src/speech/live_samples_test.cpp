#include "speech/live_samples.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <random>

#include <gtest/gtest.h>

namespace {

using speech::LiveSamples;
using speech::SampleEncoding;

template <class T>
std::vector<std::byte> bytes_of(std::initializer_list<T> values) {
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), std::data(values), bytes.size());
    return bytes;
}

std::vector<float> at_once(SampleEncoding encoding, const std::vector<std::byte>& bytes) {
    return LiveSamples(encoding).push(bytes);
}

TEST(LiveSamples, AreScaledAsFilesAre) {
    EXPECT_EQ(at_once(SampleEncoding::pcm_s16le, bytes_of<std::int16_t>({0, 1, -1, 32767, -32768, 16384})),
              (std::vector<float>{0, 1.0F / 32768, -1.0F / 32768, 32767.0F / 32768, -1, 0.5F}));
    const float nothing = std::numeric_limits<float>::quiet_NaN();
    const float endless = std::numeric_limits<float>::infinity();
    EXPECT_EQ(at_once(SampleEncoding::pcm_f32le, bytes_of<float>({0.25F, -1, 7, nothing, endless})),
              (std::vector<float>{0.25F, -1, 1, 0, 0}));
}

// The decoder's outputs in table 2a of ITU-T G.711, in units of 14 bits.
TEST(LiveSamples, FollowG711) {
    const std::vector<std::pair<unsigned, int>> table{{0x80, 8031}, {0x8F, 4191}, {0x9F, 2079},  {0xAF, 1023},
                                                      {0xBF, 495},  {0xCF, 231},  {0xDF, 99},    {0xEF, 33},
                                                      {0xFE, 2},    {0xFF, 0},    {0x00, -8031}, {0x7E, -2}};
    for (const auto& [byte, value] : table) {
        const auto samples = at_once(SampleEncoding::mulaw, {static_cast<std::byte>(byte)});
        EXPECT_EQ(samples.at(0) * 8192, static_cast<float>(value)) << byte;
    }
}

TEST(LiveSamples, AreTheSameHoweverTheBytesAreCut) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::vector<std::byte> bytes(4000);
    for (std::byte& byte : bytes)
        byte = static_cast<std::byte>(random());
    for (const auto encoding : {SampleEncoding::pcm_s16le, SampleEncoding::pcm_f32le, SampleEncoding::mulaw}) {
        LiveSamples cut(encoding);
        std::vector<float> samples;
        std::span<const std::byte> rest = bytes;
        while (!rest.empty()) {
            const std::size_t size = std::min<std::size_t>(random() % 7, rest.size());
            const auto more = cut.push(rest.first(size));
            samples.insert(samples.end(), more.begin(), more.end());
            rest = rest.subspan(size);
        }
        EXPECT_EQ(samples, at_once(encoding, bytes));
        EXPECT_FALSE(cut.inside_sample());
    }
}

TEST(LiveSamples, KnowWhenASampleLacksBytes) {
    LiveSamples samples(SampleEncoding::pcm_s16le);
    EXPECT_EQ(samples.push(bytes_of<char>({1, 2, 3})).size(), 1U);
    EXPECT_TRUE(samples.inside_sample());
    EXPECT_EQ(samples.push(bytes_of<char>({4})).size(), 1U);
    EXPECT_FALSE(samples.inside_sample());
}

TEST(SampleEncodings, AreNamed) {
    EXPECT_EQ(speech::parse_sample_encoding("mulaw"), SampleEncoding::mulaw);
    const auto other = speech::parse_sample_encoding("opus");
    ASSERT_FALSE(other);
    EXPECT_TRUE(other.error().message.contains("pcm_s16le, pcm_f32le, mulaw"));
}

}  // namespace
