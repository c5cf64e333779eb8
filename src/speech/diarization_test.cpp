#include "speech/diarization.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace speech {
namespace {

using Voice = std::vector<std::uint8_t>;

// Four segments of 2 s, the first and the last of one person, those between of another; each word 1 s.
model::Transcript heard(std::optional<std::size_t> speakers) {
    const std::vector<Voice> voices{{255, 20, 0}, {20, 255, 0}, {0, 255, 20}, {255, 0, 20}};
    Diarization diarization(speakers);
    model::Transcript transcript;
    for (std::size_t i = 0; i < voices.size(); ++i) {
        const auto start = static_cast<std::int64_t>(i) * 48'000;
        diarization.add({{start, start + 32'000}, {}, 0},
                        std::vector<VoiceWindow>{{{0, 16'000}, voices[i]}, {{16'000, 32'000}, voices[i]}});
        const double at = 3 * static_cast<double>(i);
        model::Segment segment;
        segment.time = {at, at + 2};
        segment.text = "so it";
        segment.words = {{{at, at + 1}, "so", 1, {}}, {{at + 1, at + 2}, "it", 1, {}}};
        transcript.segments.push_back(segment);
    }
    std::move(diarization).finish(transcript);
    return transcript;
}

TEST(Diarization, GivesAVoiceTheSameLabelAllThrough) {
    const auto transcript = heard(std::nullopt);
    ASSERT_EQ(transcript.segments.size(), 4U);
    EXPECT_EQ(transcript.segments[0].speaker, "S1");
    EXPECT_EQ(transcript.segments[1].speaker, "S2");
    EXPECT_EQ(transcript.segments[2].speaker, "S2");
    EXPECT_EQ(transcript.segments[3].speaker, "S1");
    EXPECT_EQ(transcript.segments[3].words[1].speaker, "S1");
    EXPECT_EQ(transcript.speakers.size(), 2U);
}

TEST(Diarization, FindsAsManyAsItIsTold) {
    EXPECT_EQ(heard(1).speakers.size(), 1U);
    EXPECT_EQ(heard(2).speakers.size(), 2U);
}

TEST(Diarization, OfNoVoicesTellsNobody) {
    model::Transcript transcript;
    transcript.segments.resize(1);
    Diarization(std::nullopt).finish(transcript);
    EXPECT_EQ(transcript.segments[0].speaker, "");
    EXPECT_TRUE(transcript.speakers.empty());
}

}  // namespace
}  // namespace speech
