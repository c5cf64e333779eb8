#include "speech/voice_activity.hpp"

#include <gtest/gtest.h>

#include "speech/fixtures.hpp"

namespace speech {
namespace {

namespace fs = std::filesystem;

std::vector<float> reference() {
    std::ifstream file(fixtures::media() / "../golden/speech/voice_activity.txt");
    std::vector<float> probabilities;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with('#')) probabilities.push_back(std::stof(line));
    }
    return probabilities;
}

std::vector<float> probabilities_of(const VoiceActivityModel& model, std::span<const float> samples) {
    VoiceActivity stream(model);
    std::vector<float> result;
    for (; samples.size() >= vad_frame_samples; samples = samples.subspan(vad_frame_samples)) {
        result.push_back(stream.push(samples.first(vad_frame_samples)));
    }
    return result;
}

fs::path write_temporary(const std::string& name, const std::string& bytes) {
    const fs::path path = fs::path(testing::TempDir()) / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
}

TEST(VoiceActivity, MatchesTheReferenceOnSpeech) {
    const auto expected = reference();
    const auto actual = probabilities_of(fixtures::voice_activity(), fixtures::speech_samples());
    ASSERT_EQ(actual.size(), expected.size());
    ASSERT_GT(actual.size(), 80U);
    for (std::size_t frame = 0; frame < actual.size(); ++frame)
        EXPECT_NEAR(actual[frame], expected[frame], 1e-4) << frame;
}

TEST(VoiceActivity, HearsNobodyInSilence) {
    const std::vector<float> silence(5 * 16000);
    for (const float probability : probabilities_of(fixtures::voice_activity(), silence))
        EXPECT_LT(probability, 0.2F);
}

TEST(VoiceActivity, StreamsDoNotKnowOfEachOther) {
    const VoiceActivityModel& model = fixtures::voice_activity();
    const auto samples = fixtures::speech_samples();
    const auto alone = probabilities_of(model, samples);
    VoiceActivity other(model);
    other.push(std::span(samples).subspan(8000, vad_frame_samples));
    EXPECT_EQ(probabilities_of(model, samples), alone);
}

TEST(VoiceActivityModel, SaysWhenThereIsNoFile) {
    const auto model = VoiceActivityModel::load("/nowhere/weights.safetensors");
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, base::ErrorCode::model_not_found);
}

TEST(VoiceActivityModel, RefusesBrokenWeights) {
    const std::string good = fixtures::bytes_of(fixtures::models() / "silero-vad/silero_vad_16k.safetensors");
    std::string renamed = good;
    renamed.replace(renamed.find("conv3.bias"), 10, "conv9.bias");
    for (const std::string& bytes : {std::string(), good.substr(0, 100), good.substr(0, good.size() - 4), renamed}) {
        const auto model = VoiceActivityModel::load(write_temporary("broken.safetensors", bytes));
        ASSERT_FALSE(model);
        EXPECT_EQ(model.error().code, base::ErrorCode::model_broken) << model.error().message;
    }
}

TEST(VoiceActivityModel, TellsItsWeights) {
    EXPECT_EQ(fixtures::voice_activity().fingerprint(), "silero-vad/c59271c2");
}

}  // namespace
}  // namespace speech
