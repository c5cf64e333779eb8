#include "speech/diarization.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "speech/fakes.hpp"

namespace speech {
namespace {

using Voice = std::vector<std::uint8_t>;

// Four segments of 2 s, the first and the last of one person, those between of another; each word 1 s.
model::Transcript heard(std::optional<std::size_t> speakers, std::vector<HeardSpeaker>* told = nullptr) {
    const std::vector<Voice> voices{{255, 138, 128}, {138, 255, 128}, {128, 255, 138}, {255, 128, 138}};
    const SpeakerSpace space = fakes::plain_space(3);
    Diarization diarization(space, speakers);
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
    const auto heard = std::move(diarization).finish(transcript);
    if (told != nullptr) *told = heard;
    return transcript;
}

TEST(Diarization, GivesTheMeanVoiceOfEachSpeaker) {
    std::vector<HeardSpeaker> told;
    const auto transcript = heard(std::nullopt, &told);
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0].label, "S1");
    EXPECT_EQ(told[1].label, "S2");
    EXPECT_EQ(told[0].windows, 4U);
    ASSERT_EQ(told[0].voice.size(), 3U);
    EXPECT_GT(told[0].voice[0], 0.99F) << "of the first and the last segment";
    EXPECT_GT(told[1].voice[1], 0.99F);
}

TEST(Diarization, GivesNobodyWhomTheTranscriptDoesNotTell) {
    const SpeakerSpace space = fakes::plain_space(2);
    Diarization diarization(space, std::nullopt);
    diarization.add({{0, 32'000}, {}, 0},
                    std::vector<VoiceWindow>{{{0, 16'000}, {255, 128}}, {{16'000, 32'000}, {255, 128}}});
    diarization.add({{48'000, 80'000}, {}, 0},
                    std::vector<VoiceWindow>{{{0, 16'000}, {128, 255}}, {{16'000, 32'000}, {128, 255}}});
    model::Transcript transcript;
    model::Segment segment;
    segment.time = {3, 5};  // nothing was recognised in the first
    transcript.segments = {segment};
    const auto told = std::move(diarization).finish(transcript);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].label, "S1");
    EXPECT_EQ(told[0].voice, (std::vector<float>{0, 1}));
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
    Diarization(fakes::plain_space(2), std::nullopt).finish(transcript);
    EXPECT_EQ(transcript.segments[0].speaker, "");
    EXPECT_TRUE(transcript.speakers.empty());
}

}  // namespace
}  // namespace speech
