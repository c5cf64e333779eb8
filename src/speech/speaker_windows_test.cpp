#include "speech/speaker_windows.hpp"

#include <span>
#include <vector>

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
            EXPECT_NEAR(kept[i], voice[i], 0.008F) << i;
    }

    RandomValues random_{5};
    SpeakerFeatures features_;
    // Halves time once: an encoded frame is 20 ms, a window half a second, a step 0.2 s.
    SpeakerEncoder encoder_ = SpeakerEncoder::make(random_speaker_tensors(random_, {80, 16, 16, 24}), "random").value();
};

TEST_F(SpeakerWindows, CoverTheSegmentOneAfterTheOther) {
    for (const std::size_t size : {1U, 1600U, 8239U, 8240U, 9000U, 11440U, 12345U, 50001U, 160000U}) {
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
    const auto windows = heard(random_.floats(16000));  // 49 encoded frames: windows from 0, 10, 20 and 24 on
    ASSERT_EQ(windows.size(), 4U);
    EXPECT_EQ(windows[0].span.end, 35 * 160);
    EXPECT_EQ(windows[1].span.end, 55 * 160);
    EXPECT_EQ(windows[2].span.end, 69 * 160);
}

TEST_F(SpeakerWindows, HearWhatIsInThem) {
    const auto samples = random_.floats(16000 * 4);  // 398 frames, encoded at once
    const auto encoded = encoder_.encode(features_.frames(samples));
    const auto windows = heard(samples);
    ASSERT_GT(windows.size(), 16U);
    for (std::size_t i = 0; i + 1 < windows.size(); ++i) {
        const std::vector<std::size_t> start{10 * i};
        expect_near(windows[i], encoder_.voices(encoded, start, 25).front());
    }
}

TEST_F(SpeakerWindows, EncodeALongSegmentInParts) {
    const auto samples = random_.floats(16000 * 6);  // 598 frames: of 300 and 298
    const auto frames = features_.frames(samples);
    const auto first = encoder_.encode(std::span(frames).first(300 * speaker_bands));
    const auto second = encoder_.encode(std::span(frames).subspan(300 * speaker_bands));
    const auto windows = heard(samples);
    expect_near(windows.front(), encoder_.voices(first, std::vector<std::size_t>{0}, 25).front());
    expect_near(windows.back(), encoder_.voices(second, std::vector<std::size_t>{149 - 25}, 25).front());
}

TEST_F(SpeakerWindows, HearQuietSpeechAsLoud) {
    std::vector<float> samples = random_.floats(16000 * 2, 0.05F);
    const auto loud = heard(samples);
    for (float& sample : samples)
        sample /= 64;
    const auto quiet = heard(samples);
    expect_near(quiet.front(), unit_vector(loud.front().voice));
}

TEST_F(SpeakerWindows, HearWhatIsTooShortWithSilenceAfterIt) {
    std::vector<float> samples = random_.floats(1000);
    const auto alone = heard(samples);
    ASSERT_EQ(alone.size(), 1U);
    samples.resize(9 * 160 + 400);  // ten frames, five encoded
    EXPECT_EQ(heard(samples).front().voice, alone.front().voice);
    EXPECT_EQ(heard({}).size(), 1U);
}

TEST_F(SpeakerWindows, HearWhatIsShorterThanAWindowAsItIs) {
    const auto samples = random_.floats(4000);  // 23 frames, 12 encoded
    const auto encoded = encoder_.encode(features_.frames(samples));
    const auto alone = heard(samples);
    ASSERT_EQ(alone.size(), 1U);
    expect_near(alone.front(), encoder_.voices(encoded, std::vector<std::size_t>{0}, 12).front());
}

}  // namespace
}  // namespace speech
