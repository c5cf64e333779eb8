#include "speech/moonshine_recogniser.hpp"

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "speech/engine.hpp"
#include "speech/fixtures.hpp"
#include "speech/model_folder.hpp"
#include "speech/moonshine_weights.hpp"

namespace speech {
namespace {

std::filesystem::path folder() {
    return fixtures::models() / "moonshine-tiny-en";
}

std::unique_ptr<Recogniser> default_model() {
    return make_moonshine_recogniser(read_model_folder(folder()).value(), folder()).value();
}

std::vector<float> part(std::size_t begin, std::size_t end) {
    const std::vector<float> samples = fixtures::speech_samples();
    return {samples.begin() + static_cast<std::ptrdiff_t>(begin), samples.begin() + static_cast<std::ptrdiff_t>(end)};
}

TEST(MoonshineRecogniser, HearsSpeech) {
    const auto recognition = default_model()->recognise(fixtures::speech_samples());
    ASSERT_TRUE(recognition) << recognition.error().message;
    EXPECT_TRUE(recognition->text.contains("do I")) << recognition->text;
    EXPECT_GT(recognition->tokens, 4);
}

TEST(MoonshineRecogniser, GivesEachSegmentOfABatchWhatItGivesItAlone) {
    const auto recogniser = default_model();
    std::vector<std::vector<float>> segments;
    for (std::size_t i = 0; i < 11; ++i)
        segments.push_back(part(i * 500, 20'000 + i * 2'000));
    segments.emplace_back(1600, 0.01F);
    const std::vector<std::span<const float>> views(segments.begin(), segments.end());
    const auto together = recogniser->recognise_all(views);
    ASSERT_EQ(together.size(), segments.size());
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto alone = recogniser->recognise(segments[i]);
        EXPECT_EQ(together[i]->text, alone->text) << i;
        EXPECT_EQ(together[i]->tokens, alone->tokens) << i;
    }
    EXPECT_TRUE(recogniser->recognise_all({}).empty());
}

TEST(MoonshineRecogniser, GivesTheSameBytesToEightThreadsAtOnce) {
    const auto recogniser = default_model();
    const auto samples = fixtures::speech_samples();
    const auto expected = recogniser->recognise(samples)->text;
    std::vector<std::string> texts(8);
    std::vector<std::thread> threads;
    for (std::string& text : texts)
        threads.emplace_back([&] { text = recogniser->recognise(samples)->text; });
    for (std::thread& thread : threads)
        thread.join();
    for (const std::string& text : texts)
        EXPECT_EQ(text, expected);
}

TEST(MoonshineRecogniser, ListensForPhrases) {
    const auto recogniser = default_model();
    const auto samples = fixtures::speech_samples();
    const auto plain = recogniser->recognise(samples);
    const auto unheard = recogniser->with_phrases({"Kubernetes", "archaeopteryx", "New South Wales"}).value();
    EXPECT_EQ(unheard->recognise(samples)->text, plain->text);
    EXPECT_EQ(unheard->recognise(samples)->mean_log_probability, plain->mean_log_probability);
    EXPECT_EQ(unheard->fingerprint(), recogniser->fingerprint());
    EXPECT_NE(unheard->vocabulary(), "");
    EXPECT_EQ(recogniser->vocabulary(), "");
    EXPECT_EQ(recogniser->with_phrases({}).value()->vocabulary(), "");
    // "Seek!" with another spelling that sounds the same.
    const auto heard = recogniser->with_phrases({"Sikh"}).value()->recognise(samples);
    EXPECT_TRUE(heard->text.contains("Sikh") || heard->text == plain->text) << heard->text;
}

TEST(MoonshineRecogniser, NamesModelEngineAndProfile) {
    const auto recogniser = default_model();
    const std::string& fingerprint = recogniser->fingerprint();
    EXPECT_TRUE(fingerprint.starts_with("moonshine-tiny-en/")) << fingerprint;
    EXPECT_TRUE(fingerprint.ends_with(" video-transcriber-3 bf16")) << fingerprint;
    EXPECT_EQ(recogniser->languages(), std::vector<std::string>{"en"});
}

TEST(MoonshineRecogniser, IsTheEngineOfTheDefaultModelAndNotOfOthers) {
    const auto own = make_recogniser(read_model_folder(folder()).value(), folder());
    EXPECT_EQ((*own)->fingerprint(), default_model()->fingerprint());
    const std::filesystem::path other = fixtures::media() / "ctc-model";
    const auto brought = make_recogniser(read_model_folder(other).value(), other);
    EXPECT_TRUE((*brought)->fingerprint().contains("sherpa-onnx")) << (*brought)->fingerprint();
}

TEST(MoonshineWeights, RefusesEveryBrokenFileWithAClearMessage) {
    const std::string encoder = fixtures::bytes_of(folder() / "encoder_model.onnx");
    const std::string decoder = fixtures::bytes_of(folder() / "decoder_model_merged.onnx");
    ASSERT_TRUE(MoonshineWeights::parse(encoder, decoder));
    for (const auto& [first, second] : {std::pair(encoder.substr(0, encoder.size() / 2), decoder),
                                        std::pair(encoder, decoder.substr(0, decoder.size() - 1)),
                                        std::pair(decoder, encoder), std::pair(std::string(), decoder)}) {
        const auto weights = MoonshineWeights::parse(first, second);
        ASSERT_FALSE(weights);
        EXPECT_EQ(weights.error().code, base::ErrorCode::model_broken);
    }
    EXPECT_TRUE(MoonshineWeights::parse(encoder, encoder).error().message.contains("/model/decoder/embed_tokens"));
}

}  // namespace
}  // namespace speech
