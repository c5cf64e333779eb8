#include "speech/speaker_model.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "speech/fixtures.hpp"
#include "speech/matrix.hpp"

namespace speech {
namespace {

std::filesystem::path weights() {
    return fixtures::models() / "speaker-encoder/speaker_encoder.safetensors";
}

double cosine(const VoiceWindow& a, const VoiceWindow& b) {
    const auto left = unit_vector(a.voice);
    const auto right = unit_vector(b.voice);
    double sum = 0;
    for (std::size_t i = 0; i < left.size(); ++i)
        sum += static_cast<double>(left[i]) * static_cast<double>(right[i]);
    return sum;
}

TEST(SpeakerModel, HearsThatAVoiceIsItself) {
    const auto model = load_speaker_model(weights()).value();
    const auto talk = model->hear(fixtures::wav_samples(fixtures::media() / "../golden/speech/voice_activity.wav"));
    ASSERT_GT(talk.size(), 1U);
    EXPECT_GT(cosine(talk[0], talk[1]), 0.65);
}

TEST(SpeakerModel, TellsItsWeights) {
    EXPECT_EQ(load_speaker_model(weights()).value()->fingerprint(),
              "speaker-encoder/9ea05e23 speakers-2 " + std::string(matrix_kernels().front().name));
}

TEST(SpeakerModel, SaysWhenThereIsNoFile) {
    const auto model = load_speaker_model("/nowhere/weights.safetensors");
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, base::ErrorCode::model_not_found);
}

TEST(SpeakerModel, RefusesOtherWeights) {
    std::string other = fixtures::bytes_of(weights());
    other.back() ^= 1;
    for (const std::string& bytes : {std::string(), other.substr(0, other.size() - 4), other}) {
        const std::filesystem::path path = testing::TempDir() + "speaker.safetensors";
        std::ofstream(path, std::ios::binary) << bytes;
        const auto model = load_speaker_model(path);
        ASSERT_FALSE(model);
        EXPECT_EQ(model.error().code, base::ErrorCode::model_broken) << model.error().message;
    }
}

}  // namespace
}  // namespace speech
