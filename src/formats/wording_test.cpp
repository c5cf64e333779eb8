#include "formats/wording.hpp"

#include <gtest/gtest.h>

#include "formats/formats.hpp"
#include "formats/profanity.hpp"

namespace formats {
namespace {

TEST(Profanity, IsStarredButForItsFirstLetter) {
    EXPECT_EQ(masked("shit"), "s***");
    EXPECT_EQ(masked("Fucking,"), "F******,");
    EXPECT_EQ(masked("\"BULLSHIT!\""), "\"B*******!\"");
    EXPECT_EQ(masked("bastard's"), "b********");
    EXPECT_EQ(masked("shit-faced"), "s***-faced");
    EXPECT_EQ(masked("motherfuckers"), "m************");
    EXPECT_EQ(masked("'shit'"), "'s***'");
    EXPECT_EQ(masked("fuckin'"), "f*****'");
    EXPECT_EQ(masked("He said:  'bollocks, you twat'!"), "He said:  'b*******, you t***'!");
}

TEST(Profanity, IsNotSeenInOtherWords) {
    for (const char* word : {"assess",  "Scunthorpe", "cocktail", "Dickens", "prickly", "shitake", "pissoir",
                             "class",   "bitcoin",    "hello",    "",        "-",       "'",       "Essex",
                             "twatter", "whoreson",   "Dicky",    "Dick",    "''",      "o'clock"})
        EXPECT_EQ(masked(word), word);
}

model::Transcript heard(std::string text, std::vector<model::Word> words = {}) {
    model::Transcript transcript{.language = "en-GB", .duration_seconds = 10, .engine = "e"};
    transcript.segments.push_back({{0, 5}, std::move(text), {{0, 5}}, 1, {}, std::move(words), {}, "S1"});
    return transcript;
}

TEST(Wording, OfWordsIsThatOfTheText) {
    const auto after = reworded(heard("It took twenty five shitty years.", {{{0, 1}, "It", 1, "S1"},
                                                                            {{1, 2}, "took", 1, "S1"},
                                                                            {{2, 3}, "twenty", 0.5, "S1"},
                                                                            {{3, 4}, "five", 0.25, "S2"},
                                                                            {{4, 4.5}, "shitty", 1, "S1"},
                                                                            {{4.5, 5}, "years.", 1, "S1"}}),
                                {.figures = true, .mask_profanity = true});
    const model::Segment& segment = after.segments[0];
    EXPECT_EQ(segment.text, "It took 25 s***** years.");
    ASSERT_EQ(segment.words.size(), 5U);
    EXPECT_EQ(segment.words[2].text, "25");
    EXPECT_EQ(segment.words[2].time, (model::TimeSpan{2, 4}));
    EXPECT_EQ(segment.words[2].confidence, 0.25);
    EXPECT_EQ(segment.words[2].speaker, "S1");
    EXPECT_EQ(segment.words[3].text, "s*****");
}

TEST(Wording, KeepsTheSpacesBetweenWords) {
    EXPECT_EQ(reworded(heard("  It  took twenty five  years. "), {.figures = true}).segments[0].text,
              "  It  took 25  years. ");
    EXPECT_EQ(reworded(heard("No  number."), {.figures = true}).segments[0].text, "No  number.");
}

TEST(Wording, LeavesWordsAloneThatAreNotOfTheText) {
    const auto after = reworded(heard("twenty five", {{{0, 1}, "twenty-five", 1, {}}}), {.figures = true});
    EXPECT_EQ(after.segments[0].text, "25");
    EXPECT_EQ(after.segments[0].words.at(0).text, "twenty-five");
}

TEST(Wording, IsOnRequestAndOfEnglishOnly) {
    model::Transcript german = heard("twenty five shit");
    german.language = "de";
    EXPECT_EQ(reworded(german, {true, true}).segments[0].text, "twenty five shit");
    EXPECT_EQ(reworded(heard("twenty  five shit"), {}).segments[0].text, "twenty  five shit");
}

TEST(Wording, ReachesEveryFormat) {
    for (const Format& format : all_formats()) {
        const auto plain = write(format, heard("Twelve bastards."), {});
        const auto asked = write(format, heard("Twelve bastards."), {.wording = {true, true}});
        EXPECT_TRUE(plain->content.contains("Twelve bastards.")) << format.name;
        EXPECT_TRUE(asked->content.contains("12 b*******.")) << format.name << asked->content;
    }
}

}  // namespace
}  // namespace formats
