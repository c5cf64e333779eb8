#include "formats/cues.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "formats/cue_check.hpp"
#include "formats/test_rules.hpp"

namespace formats {
namespace {

using test::netflix_en;

model::Transcript transcript(std::vector<model::Segment> segments) {
    model::Transcript result{
        .language = "en", .duration_seconds = 3600, .engine = "test", .segments = {}, .unheard = {}};
    result.segments = std::move(segments);
    return result;
}

std::vector<std::string> texts(const std::vector<Cue>& cues) {
    std::vector<std::string> result;
    for (const Cue& cue : cues) {
        std::string text;
        for (const std::string& line : cue.lines)
            text += (text.empty() ? "" : " / ") + line;
        result.push_back(text);
    }
    return result;
}

TEST(Cues, NobodySpeaksNothingIsShown) {
    EXPECT_TRUE(build_cues(transcript({}), netflix_en).empty());
}

TEST(Cues, LandOnTheSpeechAndLeaveTheSilenceEmpty) {
    const auto cues = build_cues(transcript({{{10, 24},
                                              "The first sentence is said here. The second one comes much later.",
                                              {{10.5, 13}, {20, 23}},
                                              1,
                                              {}}}),
                                 netflix_en);
    ASSERT_EQ(texts(cues),
              (std::vector<std::string>{"The first sentence is said here.", "The second one comes much later."}));
    EXPECT_EQ(cues[0].start_ms, 10'500);
    EXPECT_EQ(cues[0].end_ms, 13'000);
    EXPECT_EQ(cues[1].start_ms, 20'000);
    EXPECT_EQ(cues[1].end_ms, 23'000);
}

TEST(Cues, EndWithSentencesThenWithClausesThenWhereAPhraseEnds) {
    const auto cues = build_cues(
        transcript({{{1, 15},
                     "I'm Dr. Jane Smith, and today we are going to be looking at the far side of the Moon with a new "
                     "telescope that was built in 2019 at the University of Cambridge. It works.",
                     {{1, 13}, {13.6, 15}},
                     1,
                     {}}}),
        netflix_en);
    EXPECT_EQ(texts(cues),
              (std::vector<std::string>{
                  "I'm Dr. Jane Smith, and today we are going / to be looking at the far side of the Moon",
                  "with a new telescope that was built / in 2019 at the University of Cambridge.", "It works."}));
    EXPECT_TRUE(check_cues(cues, netflix_en, 24).empty());
}

TEST(Cues, NeverJoinSegments) {
    const auto cues = build_cues(transcript({{{0, 1}, "One", {}, 1, {}}, {{1, 2}, "two.", {}, 1, {}}}), netflix_en);
    ASSERT_EQ(cues.size(), 2U);
    EXPECT_EQ(cues[0].segment, 0U);
    EXPECT_EQ(cues[1].segment, 1U);
}

TEST(Cues, WhatCannotKeepTheRulesIsWrittenAndListed) {
    const auto cues = build_cues(
        transcript({{{0, 2}, "Too many words for two seconds of anybody's speech, but here they are.", {}, 1, {}},
                    {{2, 4}, "honorificabilitudinitatibusandevenlongerthanthat", {}, 1, {}}}),
        netflix_en);
    ASSERT_EQ(cues.size(), 2U);
    const auto violations = check_cues(cues, netflix_en, 24);
    ASSERT_EQ(violations.size(), 2U);
    EXPECT_EQ(violations[0].rule, "max_characters_per_second");
    EXPECT_EQ(violations[1].rule, "max_line_characters");
    EXPECT_EQ(violations[1].cue, 2U);
}

TEST(Cues, SlowSpeechIsCutBeforeItIsTooLongOnScreen) {
    const auto cues = build_cues(transcript({{{0, 20}, "And so it slowly goes.", {}, 1, {}}}), netflix_en);
    EXPECT_GE(cues.size(), 3U);
    for (const Cue& cue : cues)
        EXPECT_LE(cue.end_ms - cue.start_ms, 7000);
}

TEST(Cues, GapsAreCountedInTheVideosFrames) {
    model::Transcript film = transcript({});
    EXPECT_EQ(frame_rate_of(film, netflix_en), 24);
    film.frame_rate_hz = 25;
    EXPECT_EQ(frame_rate_of(film, netflix_en), 25);
    film.frame_rate_hz = 90'000;
    EXPECT_EQ(frame_rate_of(film, netflix_en), 24) << "a time base is no frame rate";
}

}  // namespace
}  // namespace formats
