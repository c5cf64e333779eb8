#include "services/analysis/findings.hpp"

#include <gtest/gtest.h>

#include "services/analysis/fixtures.hpp"

namespace analysis {
namespace {

TEST(Analyse, FindsAllOfAnEnglishTalk) {
    const Findings findings = analyse(talk(transit_talk, "en-GB"), {.summary_sentences = 3, .key_phrases = 4});
    EXPECT_EQ(findings.reason, "");
    EXPECT_EQ(findings.summary.size(), 3U);
    EXPECT_EQ(findings.key_phrases.size(), 4U);
    EXPECT_TRUE(findings.chapters.empty()) << "it is short";
    EXPECT_GT(findings.statistics.words, 80U);
}

TEST(Analyse, GivesTheSameBytesForTheSameTranscript) {
    const auto text = [] { return base::to_canonical_json(to_json(analyse(talk(transit_talk), {}))); };
    EXPECT_EQ(text(), text());
}

TEST(Analyse, IsEmptyButNoErrorWithoutSpeech) {
    const Findings findings = analyse({.language = "en", .duration_seconds = 60}, {});
    EXPECT_EQ(findings.reason, "no_speech");
    EXPECT_TRUE(findings.summary.empty());
    EXPECT_TRUE(findings.key_phrases.empty());
    EXPECT_DOUBLE_EQ(findings.statistics.silence_share, 1);
}

TEST(Analyse, CountsOnlyInOtherLanguages) {
    const Findings findings = analyse(talk({"Der Hund schl\u00E4ft. Die Katze nicht."}, "de"), {});
    EXPECT_EQ(findings.reason, "language_unsupported");
    EXPECT_TRUE(findings.summary.empty());
    EXPECT_TRUE(findings.key_phrases.empty());
    EXPECT_EQ(findings.statistics.words, 6U);
}

TEST(FindingsJson, HasTimesToTheMillisecond) {
    Findings findings{.language = "en"};
    findings.summary = {{{1.23456, 2}, "A \"quoted\" sentence.", false}};
    findings.key_phrases = {{"solar eclipse", 2, {1.0004, 7}}};
    findings.chapters = {{{0, 600.5}, "Eclipses"}};
    findings.statistics = {.duration_seconds = 600.5, .words = 3, .longest_pause = Pause{{1, 3.5}}};
    EXPECT_EQ(base::to_canonical_json(to_json(findings)),
              R"({"chapters":[{"end":600.5,"start":0,"title":"Eclipses"}],)"
              R"("key_phrases":[{"count":2,"mentions":[1,7],"phrase":"solar eclipse"}],)"
              R"("language":"en","reason":null,)"
              R"("statistics":{"distinct_words":0,"doubtful_share":0,"duration_seconds":600.5,)"
              R"("longest_pause":{"end":3.5,"seconds":2.5,"start":1},"reading_ease":null,"segments":0,"sentences":0,)"
              R"("silence_share":0,"speech_seconds":0,"words":3,"words_a_minute":0},)"
              R"("summary":[{"end":2,"start":1.235,"text":"A \"quoted\" sentence."}]})");
}

}  // namespace
}  // namespace analysis
