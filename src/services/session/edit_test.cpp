#include "services/session/edit.hpp"

#include <gtest/gtest.h>

#include "formats/formats.hpp"
#include "model/transcript_json.hpp"

namespace session {
namespace {

using base::ErrorCode;
using model::Doubt;

model::Transcript heard() {
    model::Transcript transcript{.language = "en", .duration_seconds = 30.00049, .engine = "e"};
    transcript.segments = {{{0.50031, 4.2}, "Good mourning.", {{0.6, 2}, {2.5, 4}}, 0.9, {Doubt::weak_speech}},
                           {{4.2, 9.00041}, "Thank you.", {{4.3, 9}}, 0.4, {Doubt::repetition}},
                           {{20, 30.00049}, "Good bye.", {{21, 30}}, 0.8, {}}};
    transcript.unheard = {{{10, 12}, "no_words"}, {{14, 16}, "no_words"}};
    transcript.segments[0].words = {{{0.5, 1}, "Good", 0.5, "S1"}};
    transcript.segments[0].speaker = "S1";
    return transcript;
}

base::Result<std::vector<EditedSegment>> parse_segments(const std::string& segments) {
    return parse_edit(base::parse_json(R"({"segments":)" + segments + "}").value(), heard().duration_seconds);
}

model::Transcript edit(const std::string& segments) {
    return edited(heard(), parse_segments(segments).value());
}

TEST(Edit, OfWhatWasReadChangesNothing) {
    const auto format = formats::find_format("verbose_json");
    const std::string read = formats::write(**format, heard(), {})->content;
    const auto segments = parse_edit(base::parse_json(read).value(), heard().duration_seconds);
    ASSERT_TRUE(segments) << segments.error().message;
    EXPECT_EQ(model::to_canonical_json(edited(heard(), *segments)), model::to_canonical_json(heard()));
}

TEST(Edit, OfWordsKeepsTimesAndSpeechAndEndsTheDoubt) {
    const auto after =
        edit(R"([{"start":0.5,"end":4.2,"text":" Good morning. "},{"start":4.2,"end":9,"text":"Thank you."}])");
    ASSERT_EQ(after.segments.size(), 2U);
    EXPECT_EQ(after.segments[0].text, "Good morning.");
    EXPECT_EQ(after.segments[0].time, heard().segments[0].time);
    EXPECT_EQ(after.segments[0].speech, heard().segments[0].speech);
    EXPECT_EQ(after.segments[0].speech_probability, 0.9);
    EXPECT_TRUE(after.segments[0].doubts.empty());
    EXPECT_TRUE(after.segments[0].words.empty()) << "nobody knows when the new words were said";
    EXPECT_EQ(after.segments[0].speaker, "S1");
    EXPECT_EQ(after.segments[1].doubts, heard().segments[1].doubts) << "nobody has touched it";
    EXPECT_EQ(after.engine, "e");
}

TEST(Edit, OfTimesTakesTheSpeechThatLiesThere) {
    const auto after =
        edit(R"([{"start":1,"end":5,"text":"Good morning. Thank"},{"start":10,"end":11,"text":"[music]"}])");
    EXPECT_EQ(after.segments[0].time, (model::TimeSpan{1, 5}));
    EXPECT_EQ(after.segments[0].speech, (std::vector<model::TimeSpan>{{1, 2}, {2.5, 4}, {4.3, 5}}));
    EXPECT_EQ(after.segments[0].speech_probability, 0.9) << "of the one it mostly is";
    EXPECT_TRUE(after.segments[1].speech.empty());
    EXPECT_EQ(after.segments[1].speech_probability, 1);
    ASSERT_EQ(after.unheard.size(), 1U) << "at 10 seconds there are words now";
    EXPECT_EQ(after.unheard[0].time.start_seconds, 14);
}

TEST(Edit, CanLeaveEverythingOut) {
    EXPECT_TRUE(edit("[]").segments.empty());
    EXPECT_EQ(edit("[]").unheard.size(), 2U);
}

TEST(Edit, StaysReadableWhereRoundedAndExactTimesMeet) {
    const auto after = edit(R"([{"start":4.2,"end":9,"text":"Thanks."},{"start":9,"end":9.0003,"text":"x"},)"
                            R"({"start":20,"end":30.0009,"text":"Good bye."}])");
    double end = 0;
    for (const model::Segment& segment : after.segments) {
        EXPECT_GE(segment.time.start_seconds, end);
        EXPECT_GE(segment.time.end_seconds, segment.time.start_seconds);
        end = segment.time.end_seconds;
    }
    EXPECT_LE(end, heard().duration_seconds);
    EXPECT_TRUE(model::parse_transcript(model::to_canonical_json(after)));
}

TEST(Edit, IsRefusedWhenItIsNoTranscript) {
    for (const char* wrong : {"null", "{}", "[1]", R"([{"start":0,"end":1}])", R"([{"start":0,"end":1,"text":"  "}])",
                              R"([{"start":-1,"end":1,"text":"a"}])", R"([{"start":1,"end":1,"text":"a"}])",
                              R"([{"start":2,"end":1,"text":"a"}])", R"([{"start":0,"end":31,"text":"a"}])",
                              R"([{"start":0,"end":1e999,"text":"a"}])", R"([{"start":0,"end":"1","text":"a"}])",
                              R"([{"start":5,"end":6,"text":"a"},{"start":4,"end":5,"text":"b"}])",
                              R"([{"start":5,"end":6,"text":"a"},{"start":5.9,"end":7,"text":"b"}])"}) {
        const auto json = base::parse_json(std::string(R"({"segments":)") + wrong + "}");
        if (!json) continue;  // 1e999
        EXPECT_EQ(parse_edit(*json, 30).error().code, ErrorCode::invalid_argument) << wrong;
    }
    EXPECT_EQ(parse_segments(R"([{"start":0,"end":1,"text":"a","colour":"b"}])").error().code,
              ErrorCode::unknown_field);
}

TEST(Edit, BoundsTheTextOfASegment) {
    const std::string most(longest_segment_characters, 'a');
    EXPECT_TRUE(parse_segments(R"([{"start":0,"end":1,"text":")" + most + "\"}]"));
    EXPECT_EQ(parse_segments(R"([{"start":0,"end":1,"text":")" + most + "a\"}]").error().code,
              ErrorCode::invalid_argument);
}

// Two channels at once; the second one's segment spans all of the first one's.
model::Transcript call() {
    model::Transcript transcript{.language = "en", .duration_seconds = 10, .engine = "e", .channels = 2};
    transcript.segments = {
        {{0, 9}, "A long tale.", {{0, 9}}, 0.9}, {{1, 2}, "Yes.", {{1, 2}}, 0.8}, {{3, 4}, "Yes.", {{3, 4}}, 0.7}};
    transcript.segments[0].channel = 1;
    transcript.segments[1].channel = transcript.segments[2].channel = 0;
    transcript.unheard = {{{5, 6}, "no_words", 0}};
    return transcript;
}

TEST(Edit, OfChannelsThatWereReadChangesNothing) {
    const std::string read = formats::write(**formats::find_format("verbose_json"), call(), {})->content;
    const auto segments = parse_edit(base::parse_json(read).value(), 10);
    ASSERT_TRUE(segments) << segments.error().message;
    EXPECT_EQ(model::to_canonical_json(edited(call(), *segments)), model::to_canonical_json(call()));
}

TEST(Edit, OfOneChannelLeavesTheOthersAlone) {
    const auto segments =
        parse_edit(base::parse_json(R"({"segments":[{"start":0,"end":9,"text":"A tall tale.","channel":1},
        {"start":1,"end":2,"text":"No.","channel":0},{"start":5,"end":6,"text":"Hm.","channel":0}]})")
                       .value(),
                   10);
    ASSERT_TRUE(segments) << segments.error().message;
    const auto after = edited(call(), *segments);
    ASSERT_EQ(after.segments.size(), 3U);
    EXPECT_EQ(after.segments[0].speech_probability, 0.9);
    EXPECT_EQ(after.segments[1].speech_probability, 0.8);
    EXPECT_EQ(after.segments[1].channel, 0);
    EXPECT_TRUE(after.unheard.empty()) << "somebody heard it";
    EXPECT_FALSE(parse_edit(base::parse_json(R"({"segments":[{"start":0,"end":3,"text":"a","channel":1},
        {"start":2,"end":4,"text":"b","channel":1}]})")
                                .value(),
                            10));
}

}  // namespace
}  // namespace session
