#include "model/transcript_json.hpp"

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using model::Transcript;

Transcript sample() {
    return {.language = "en",
            .duration_seconds = 12.345,
            .engine = "moonshine/1 silero/2 plan-1",
            .segments = {{.time = {0.1, 3.0 + 1.0 / 3.0},
                          .text = "Hello “world”.",
                          .speech = {{0.5, 1.5}, {2.0, 3.0}},
                          .speech_probability = 0.987654321,
                          .doubts = {model::Doubt::repetition, model::Doubt::weak_speech},
                          .words = {{{0.1, 1.0 / 3.0}, "Hello", 0.1 + 0.2, "S1"}, {{0.5, 0.7}, "“world”.", 1, {}}},
                          .mean_log_probability = -1.0 / 3.0,
                          .speaker = "S1",
                          .channel = 3},
                         {.time = {5, 6}, .text = "Again.", .speech = {{5, 6}}, .speech_probability = 1, .doubts = {}}},
            .unheard = {{{7, 8.5}, "no_words", 1}},
            .frame_rate_hz = 30000.0 / 1001.0,
            .channels = 4,
            .speakers = {{"S1", "Ada"}, {"S2", {}}, {"S3", "Grace", {{"v-1", 0.87}}}}};
}

ErrorCode fault_of(std::string_view text) {
    const auto parsed = model::parse_transcript(text);
    return parsed ? ErrorCode::internal : parsed.error().code;
}

TEST(TranscriptJson, ComesBackAsItWasToTheLastBit) {
    const std::string text = model::to_canonical_json(sample());
    const auto back = model::parse_transcript(text);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(model::to_canonical_json(*back), text);
    EXPECT_EQ(back->segments[0].time, sample().segments[0].time);
    EXPECT_EQ(back->segments[0].doubts, sample().segments[0].doubts);
    EXPECT_EQ(back->segments[0].text, sample().segments[0].text);
    ASSERT_EQ(back->segments[0].words.size(), 2U);
    EXPECT_EQ(back->segments[0].words[0].speaker, "S1");
    EXPECT_EQ(back->segments[0].words[1].text, "“world”.");
    EXPECT_EQ(back->segments[0].mean_log_probability, -1.0 / 3.0);
    EXPECT_FALSE(back->segments[1].mean_log_probability);
    EXPECT_EQ(back->segments[0].speaker, "S1");
    EXPECT_TRUE(back->segments[1].words.empty());
    EXPECT_EQ(back->unheard[0].reason, "no_words");
    EXPECT_EQ(back->unheard[0].channel, 1);
    EXPECT_EQ(back->segments[0].channel, 3);
    EXPECT_FALSE(back->segments[1].channel);
    EXPECT_EQ(back->channels, 4);
    EXPECT_EQ(back->frame_rate_hz, sample().frame_rate_hz);
    EXPECT_EQ(back->speakers, sample().speakers);
}

TEST(TranscriptJson, IsCanonical) {
    const Transcript empty{.language = "en", .duration_seconds = 2, .engine = "e"};
    EXPECT_EQ(model::to_canonical_json(empty),
              R"({"duration_seconds":2,"engine":"e","frame_rate_hz":0,"language":"en","segments":[],"unheard":[]})");
}

TEST(TranscriptJson, RefusesWhatItWouldNotWrite) {
    EXPECT_EQ(fault_of("{"), ErrorCode::json_malformed);
    EXPECT_EQ(fault_of("[]"), ErrorCode::invalid_argument);
    EXPECT_EQ(
        fault_of(
            R"({"duration_seconds":2,"engine":"e","frame_rate_hz":0,"language":"en","segments":[],"unheard":[],"x":1})"),
        ErrorCode::unknown_field);
    const std::string head =
        R"({"duration_seconds":2,"engine":"e","frame_rate_hz":0,"language":"en","unheard":[],"segments":)";
    EXPECT_EQ(fault_of(head + "{}}"), ErrorCode::invalid_argument);
    EXPECT_EQ(fault_of(head + R"([{"text":"a","speech_probability":1,"time":[2,1],"speech":[],"doubts":[]}]})"),
              ErrorCode::invalid_argument);
    EXPECT_EQ(fault_of(head + R"([{"text":"a","speech_probability":1,"time":[1],"speech":[],"doubts":[]}]})"),
              ErrorCode::invalid_argument);
    EXPECT_EQ(fault_of(head + R"([{"text":"a","speech_probability":1,"time":[1,2],"speech":[],"doubts":["odd"]}]})"),
              ErrorCode::invalid_argument);
}

}  // namespace
