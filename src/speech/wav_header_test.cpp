#include "speech/wav_header.hpp"

#include <gtest/gtest.h>

namespace {

using speech::read_wav_header;
using speech::SampleEncoding;

std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i)
        text += static_cast<char>(value >> (8 * i));
    return text;
}

std::string wav(unsigned format, unsigned channels, unsigned rate, unsigned bits, std::uint64_t data_bytes,
                const std::string& before = "") {
    return "RIFF" + little(0, 4) + "WAVE" + before + "fmt " + little(16, 4) + little(format, 2) + little(channels, 2) +
           little(rate, 4) + little(0, 4) + little(0, 2) + little(bits, 2) + "data" + little(data_bytes, 4);
}

TEST(WavHeader, TellsHowTheSamplesCome) {
    const std::string bytes = wav(1, 1, 44100, 16, 1000, "LIST" + little(3, 4) + "abc" + std::string(1, '\0'));
    const auto header = read_wav_header(bytes + "samples");
    ASSERT_TRUE(header && *header);
    EXPECT_EQ((*header)->sample_rate_hz, 44100);
    EXPECT_EQ((*header)->encoding, SampleEncoding::pcm_s16le);
    EXPECT_EQ((*header)->size_bytes, bytes.size());
    EXPECT_EQ((*header)->data_bytes, 1000U);
    EXPECT_EQ(read_wav_header(wav(3, 1, 48000, 32, 0)).value()->encoding, SampleEncoding::pcm_f32le);
    EXPECT_EQ(read_wav_header(wav(7, 1, 8000, 8, 0)).value()->encoding, SampleEncoding::mulaw);
}

TEST(WavHeader, KnowsThatARecorderDoesNotKnowTheEnd) {
    for (const std::uint64_t size : {0ULL, 0x7FFFFFD0ULL, 0x80000000ULL, 0xFFFFFFFFULL})
        EXPECT_FALSE(read_wav_header(wav(1, 1, 16000, 16, size)).value()->data_bytes) << size;
}

TEST(WavHeader, WaitsForTheRestAndReadsNothingBeyondIt) {
    const std::string bytes = wav(1, 1, 16000, 16, 10);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto header = read_wav_header(bytes.substr(0, size));
        EXPECT_TRUE(header && !*header) << size;
        EXPECT_TRUE(speech::may_be_wav(bytes.substr(0, size)));
    }
    EXPECT_FALSE(speech::may_be_wav("RIFX"));
    EXPECT_FALSE(speech::may_be_wav(std::string(3, '\0')));
}

TEST(WavHeader, OfSamplesWithoutAnEndIsReadAsItWasWritten) {
    for (const SampleEncoding encoding :
         {SampleEncoding::pcm_s16le, SampleEncoding::pcm_f32le, SampleEncoding::mulaw}) {
        for (const std::int64_t rate_hz : {8000, 16000, 44100, 48000}) {
            const std::string bytes = speech::open_wav_header(rate_hz, encoding);
            const auto header = read_wav_header(bytes + "samples");
            ASSERT_TRUE(header && *header);
            EXPECT_EQ((*header)->sample_rate_hz, rate_hz);
            EXPECT_EQ((*header)->encoding, encoding);
            EXPECT_EQ((*header)->size_bytes, bytes.size());
            EXPECT_FALSE((*header)->data_bytes);
        }
    }
}

TEST(WavHeader, RefusesWhatIsNotTaken) {
    EXPECT_EQ(read_wav_header(wav(1, 2, 16000, 16, 0)).error().code, base::ErrorCode::media_refused);
    EXPECT_EQ(read_wav_header(wav(1, 1, 16000, 24, 0)).error().code, base::ErrorCode::media_refused);
    EXPECT_EQ(read_wav_header("RIFF0000WAVEdata0000").error().code, base::ErrorCode::media_corrupt);
    EXPECT_EQ(read_wav_header("RIFF0000WAVEjunk\xFF\xFF\xFF\xFF").error().code, base::ErrorCode::media_corrupt);
}

}  // namespace
