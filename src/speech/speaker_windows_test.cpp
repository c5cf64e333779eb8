#include "speech/speaker_windows.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "speech/random_speaker_encoder.hpp"

namespace speech {
namespace {

class SpeakerWindows : public testing::Test {
  protected:
    [[nodiscard]] std::vector<VoiceWindow> heard(std::span<const float> samples) const {
        return hear_voices(features_, encoder_, samples);
    }

    RandomValues random_{5};
    SpeakerFeatures features_;
    SpeakerEncoder encoder_ = SpeakerEncoder::make(random_speaker_tensors(random_, {40, 16, 1, 24}), "random").value();
};

TEST_F(SpeakerWindows, CoverTheSegmentOneAfterTheOther) {
    for (const std::size_t size : {1600U, 25599U, 25600U, 28000U, 28800U, 38400U, 50001U, 240000U}) {
        const auto windows = heard(random_.floats(size));
        ASSERT_FALSE(windows.empty());
        EXPECT_EQ(windows.back().time.end_seconds, static_cast<double>(size) / 16000);
        for (std::size_t i = 0; i < windows.size(); ++i) {
            EXPECT_LT(windows[i].time.start_seconds, windows[i].time.end_seconds) << size;
            const double before = i == 0 ? 0 : windows[i - 1].time.end_seconds;
            EXPECT_EQ(windows[i].time.start_seconds, before) << size;
        }
    }
}

TEST_F(SpeakerWindows, MeetHalfwayBetweenTheirMiddles) {
    const auto windows = heard(random_.floats(16000 * 3));  // from 0, 0.8 and 1.4 s on, 1.6 s each
    ASSERT_EQ(windows.size(), 3U);
    EXPECT_NEAR(windows[0].time.end_seconds, 1.2, 1e-9);
    EXPECT_NEAR(windows[1].time.end_seconds, 1.905, 1e-9);  // the last frame is centred on the end
}

TEST_F(SpeakerWindows, HearWhatIsInThem) {
    const auto samples = random_.floats(16000 * 20);
    const auto frames = features_.frames(samples);
    const auto windows = heard(samples);
    ASSERT_GT(windows.size(), 16U);
    for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
        const std::vector<std::size_t> start{80 * i};
        EXPECT_EQ(windows[i].voice, encoder_.encode(frames, start, 160).front()) << i;
    }
}

TEST_F(SpeakerWindows, HearQuietSpeechAsLoud) {
    std::vector<float> samples = random_.floats(16000 * 2, 0.05F);
    const auto loud = heard(samples);
    for (float& sample : samples)
        sample /= 64;
    const auto quiet = heard(samples);
    for (std::size_t i = 0; i < loud.front().voice.size(); ++i)
        EXPECT_NEAR(quiet.front().voice[i], loud.front().voice[i], 1e-5F);
}

TEST_F(SpeakerWindows, HearWhatIsShorterThanAWindowWithSilenceAfterIt) {
    std::vector<float> samples = random_.floats(8000);
    const auto alone = heard(samples);
    ASSERT_EQ(alone.size(), 1U);
    samples.resize(25600);
    EXPECT_EQ(heard(samples).front().voice, alone.front().voice);
}

}  // namespace
}  // namespace speech
