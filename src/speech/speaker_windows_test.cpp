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

    // But for the steps in which a voice is kept.
    static void expect_near(const VoiceWindow& window, const std::vector<float>& voice) {
        const std::vector<float> kept = unit_vector(window.voice);
        ASSERT_EQ(kept.size(), voice.size());
        for (std::size_t i = 0; i < kept.size(); ++i)
            EXPECT_NEAR(kept[i], voice[i], 0.004F) << i;
    }

    RandomValues random_{5};
    SpeakerFeatures features_;
    SpeakerEncoder encoder_ = SpeakerEncoder::make(random_speaker_tensors(random_, {40, 16, 1, 24}), "random").value();
};

TEST_F(SpeakerWindows, CoverTheSegmentOneAfterTheOther) {
    for (const std::size_t size : {1600U, 25599U, 25600U, 28000U, 28800U, 38400U, 50001U, 240000U}) {
        const auto windows = heard(random_.floats(size));
        ASSERT_FALSE(windows.empty());
        EXPECT_EQ(windows.back().span.end, size);
        for (std::size_t i = 0; i < windows.size(); ++i) {
            EXPECT_LT(windows[i].span.start, windows[i].span.end) << size;
            const std::int64_t before = i == 0 ? 0 : windows[i - 1].span.end;
            EXPECT_EQ(windows[i].span.start, before) << size;
        }
    }
}

TEST_F(SpeakerWindows, MeetHalfwayBetweenTheirMiddles) {
    const auto windows = heard(random_.floats(16000 * 3));  // from 0, 0.8 and 1.4 s on, 1.6 s each
    ASSERT_EQ(windows.size(), 3U);
    EXPECT_EQ(windows[0].span.end, 19200);
    EXPECT_EQ(windows[1].span.end, 30480);  // the last frame is centred on the end
}

TEST_F(SpeakerWindows, HearWhatIsInThem) {
    const auto samples = random_.floats(16000 * 20);
    const auto frames = features_.frames(samples);
    const auto windows = heard(samples);
    ASSERT_GT(windows.size(), 16U);
    for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
        const std::vector<std::size_t> start{80 * i};
        expect_near(windows[i], encoder_.encode(frames, start, 160).front());
    }
}

TEST_F(SpeakerWindows, HearQuietSpeechAsLoud) {
    std::vector<float> samples = random_.floats(16000 * 2, 0.05F);
    const auto loud = heard(samples);
    for (float& sample : samples)
        sample /= 64;
    const auto quiet = heard(samples);
    expect_near(quiet.front(), unit_vector(loud.front().voice));
}

TEST_F(SpeakerWindows, HearWhatIsShorterThanAWindowWithSilenceAfterIt) {
    std::vector<float> samples = random_.floats(8000);
    const auto alone = heard(samples);
    ASSERT_EQ(alone.size(), 1U);
    samples.resize(25600);
    EXPECT_EQ(heard(samples).front().voice, alone.front().voice);
}

TEST(UnitVector, IsOfLengthOneOrNothing) {
    const std::vector<std::uint8_t> voice{0, 3, 4};
    EXPECT_EQ(unit_vector(voice), (std::vector<float>{0, 0.6F, 0.8F}));
    EXPECT_EQ(unit_vector(std::vector<std::uint8_t>(2)), std::vector<float>(2));
}

}  // namespace
}  // namespace speech
