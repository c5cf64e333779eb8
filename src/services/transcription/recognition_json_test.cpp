#include "services/transcription/recognition_json.hpp"

#include <gtest/gtest.h>

namespace transcription {
namespace {

TEST(RecognitionJson, ComesBackToTheLastBit) {
    speech::Recognition recognition{"Über all.", 5, {}, -0.1F};
    recognition.words = {{"Über", {0, 4711}, 0.1F + 0.2F}, {"all.", {4711, 320'000}, 1.0F / 3}};
    const auto back = parse_recognition(recognition_json(recognition));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->text, recognition.text);
    EXPECT_EQ(back->tokens, 5);
    EXPECT_EQ(back->words, recognition.words);
    EXPECT_EQ(back->mean_log_probability, -0.1F);
}

TEST(RecognitionJson, TakesAnEngineThatTellsNoWords) {
    const auto back = parse_recognition(recognition_json({"so", 1}));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(back->words.empty());
    EXPECT_FALSE(back->mean_log_probability);
}

TEST(RecognitionJson, RefusesWhatItDidNotWrite) {
    for (const char* text : {"", "so", "{}", R"({"text":"a","tokens":1})", R"({"text":"a","tokens":1,"words":[1]})",
                             R"({"text":"a","tokens":1,"words":[{"text":"a","start":-1,"end":2,"confidence":1}]})"})
        EXPECT_FALSE(parse_recognition(text)) << text;
    for (const char* text : {"", "1", "[1]", R"([{"start":0,"end":1,"voice":"*"}])"})
        EXPECT_FALSE(parse_voices(text)) << text;
}

TEST(RecognitionJson, VoicesComeBackAsTheyWere) {
    const std::vector<speech::VoiceWindow> voices{{{0, 19'200}, {0, 7, 255}}, {{19'200, 320'000}, {255, 0, 128}}};
    const auto back = parse_voices(voices_json(voices));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(*back, voices);
}

}  // namespace
}  // namespace transcription
