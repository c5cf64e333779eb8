#include "speech/sherpa_recogniser.hpp"

#include <cmath>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "speech/dense.hpp"
#include "speech/fixtures.hpp"
#include "speech/model_folder.hpp"

namespace speech {
namespace {

std::unique_ptr<Recogniser> load(const std::filesystem::path& folder) {
    const auto description = read_model_folder(folder);
    EXPECT_TRUE(description) << description.error().message;
    auto recogniser = make_sherpa_recogniser(*description, folder);
    EXPECT_TRUE(recogniser) << recogniser.error().message;
    return std::move(*recogniser);
}

std::unique_ptr<Recogniser> default_model() {
    return load(fixtures::models() / "moonshine-tiny-en");
}

void add_tone(std::vector<float>& samples, float hertz) {
    samples.resize(samples.size() + 8000);
    for (int i = 0; i < 8000; ++i)
        samples.push_back(0.25F * std::sin(6.2832F * hertz * static_cast<float>(i) / 16000.0F));
    samples.resize(samples.size() + 8000);
}

TEST(SherpaRecogniser, HearsSpeech) {
    const auto recognition = default_model()->recognise(fixtures::speech_samples());
    ASSERT_TRUE(recognition) << recognition.error().message;
    EXPECT_TRUE(recognition->text.contains("do I")) << recognition->text;
    EXPECT_GT(recognition->tokens, 4);
}

TEST(SherpaRecogniser, GivesTheSameBytesToEightThreadsAtOnce) {
    const auto recogniser = default_model();
    const auto samples = fixtures::speech_samples();
    const auto expected = recogniser->recognise(samples)->text;
    std::vector<std::string> texts(8);
    std::vector<std::thread> threads;
    for (std::string& text : texts) {
        threads.emplace_back([&] {
            for (int i = 0; i < 3; ++i)
                text = recogniser->recognise(samples)->text;
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    for (const std::string& text : texts)
        EXPECT_EQ(text, expected);
}

TEST(SherpaRecogniser, NamesModelLibraryAndProcessor) {
    const auto recogniser = default_model();
    const std::string& fingerprint = recogniser->fingerprint();
    EXPECT_TRUE(fingerprint.starts_with("moonshine-tiny-en/")) << fingerprint;
    EXPECT_TRUE(fingerprint.contains(" sherpa-onnx-" + sherpa_version() + " ")) << fingerprint;
    EXPECT_TRUE(fingerprint.ends_with(processor_profile())) << fingerprint;
    EXPECT_EQ(recogniser->languages(), std::vector<std::string>{"en"});
}

TEST(SherpaRecogniser, RunsAModelOfAnotherFamily) {
    const auto recogniser = load(fixtures::media() / "ctc-model");
    std::vector<float> samples;
    add_tone(samples, 300);
    add_tone(samples, 3000);
    add_tone(samples, 300);
    EXPECT_EQ(recogniser->recognise(samples)->text, "LOW HIGH LOW");
    EXPECT_EQ(recogniser->recognise(std::vector<float>(16000))->text, "");
    EXPECT_NE(recogniser->fingerprint(), default_model()->fingerprint());
}

TEST(SherpaRecogniser, TakesAMomentTooShortForAWord) {
    const auto recognition = default_model()->recognise(std::vector<float>(1600, 0.01F));
    ASSERT_TRUE(recognition) << recognition.error().message;
    EXPECT_LT(recognition->text.size(), 20U);
}

TEST(SherpaRecogniser, RefusesAFamilyThatIsNoRecogniser) {
    const auto recogniser = make_sherpa_recogniser({"silero-vad", "silero_vad", {}, "MIT", {}}, "/nowhere");
    ASSERT_FALSE(recogniser);
    EXPECT_EQ(recogniser.error().code, base::ErrorCode::model_broken);
}

}  // namespace
}  // namespace speech
