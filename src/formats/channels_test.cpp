#include "formats/channels.hpp"

#include <gtest/gtest.h>

#include "formats/cue_check.hpp"
#include "formats/cues.hpp"
#include "formats/formats.hpp"

namespace formats {
namespace {

// Two people who interrupt each other.
model::Transcript call() {
    model::Transcript transcript{.language = "en", .duration_seconds = 12, .engine = "e", .channels = 2};
    const auto add = [&](int channel, model::TimeSpan time, const char* text) {
        model::Segment segment{.time = time, .text = text, .speech = {time}, .speech_probability = 1};
        segment.channel = channel;
        transcript.segments.push_back(segment);
    };
    add(0, {0, 6}, "Good morning, how can I help you today?");
    add(1, {1, 4}, "Hello, is that the bookshop?");
    add(1, {5, 7}, "I want to order a book.");
    add(0, {8, 11}, "Which one would that be?");
    transcript.segments[0].words = {{{0, 1}, "Good", 1, {}}};
    transcript.unheard = {{{11, 11.5}, "no_words", 1}};
    return transcript;
}

std::string written(const char* format) {
    return write(**find_format(format), call(), {})->content;
}

TEST(Channels, StandBeforeTheTextWhereTheyChange) {
    EXPECT_EQ(written("txt"),
              "Channel 0: Good morning, how can I help you today?\n\n"
              "Channel 1: Hello, is that the bookshop? I want to order a book.\n\n"
              "Channel 0: Which one would that be?\n");
}

TEST(Channels, AreVoicesInWebVtt) {
    const std::string vtt = written("vtt");
    EXPECT_NE(vtt.find("<v Channel 0>Good morning,"), std::string::npos) << vtt;
    EXPECT_NE(vtt.find("<v Channel 1>I want to order"), std::string::npos) << vtt;
}

TEST(Channels, ArePrefixesInSubRipWhichTheRulesCount) {
    const std::string srt = written("srt");
    EXPECT_NE(srt.find("Channel 0: Good morning"), std::string::npos) << srt;
    EXPECT_EQ(srt.find("Channel 1: I want"), std::string::npos) << "the channel has not changed";
    const SubtitleRules rules = ExportOptions().rules;
    for (const Cue& cue : build_cues(with_channel_prefixes(call()), rules)) {
        for (const std::string& line : cue.lines)
            EXPECT_LE(line.size(), rules.max_line_characters);
    }
}

TEST(Channels, StandAtSegmentsAndWordsInJson) {
    const std::string json = written("json");
    EXPECT_NE(json.find("\"channels\": 2"), std::string::npos) << json;
    EXPECT_NE(json.find("\"channel\": 1"), std::string::npos) << json;
}

// Cues of two channels may be shown at once; those of one keep their own rules.
TEST(Channels, KeepTheirTimesWhenPeopleSpeakAtOnce) {
    const SubtitleRules rules = ExportOptions().rules;
    const auto cues = build_cues(call(), rules);
    ASSERT_GE(cues.size(), 4U);
    EXPECT_GT(cues[0].end_ms, cues[1].start_ms);
    for (std::size_t i = 1; i < cues.size(); ++i)
        EXPECT_GE(cues[i].start_ms, cues[i - 1].start_ms);
    for (const RuleViolation& violation : check_cues(cues, rules, 25))
        EXPECT_NE(violation.rule, "min_gap_frames") << violation.cue;
}

TEST(Channels, ChangeNothingWhereThereAreNone) {
    model::Transcript mixed = call();
    mixed.channels = 0;
    for (model::Segment& segment : mixed.segments)
        segment.channel.reset();
    EXPECT_EQ(with_channel_prefixes(mixed).segments[0].text, mixed.segments[0].text);
    EXPECT_FALSE(changes_channel(mixed, 0));
    EXPECT_EQ(channel_name(mixed.segments[0]), "");
}

}  // namespace
}  // namespace formats
