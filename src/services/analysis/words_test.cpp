#include "services/analysis/words.hpp"

#include <gtest/gtest.h>

#include "services/analysis/stop_words.hpp"

namespace analysis {
namespace {

std::vector<std::string> folded(std::string_view text) {
    std::vector<std::string> list;
    for (const Word& word : words_of(text))
        list.push_back(word.folded);
    return list;
}

using Texts = std::vector<std::string>;

TEST(WordsOf, LeavesOutWhatStandsAroundWords) {
    EXPECT_EQ(folded("\"Well,\" she said -- (softly): GO!"), (Texts{"well", "she", "said", "softly", "go"}));
    EXPECT_TRUE(words_of(" ... \xE2\x80\x94 \xF0\x9F\x98\x80 , ").empty());
    EXPECT_TRUE(words_of("").empty());
}

TEST(WordsOf, KeepsWhatBelongsToAWord) {
    EXPECT_EQ(folded("The U.S. paid $3,000.50 for twenty-five, don\u2019t you see?"),
              (Texts{"the", "u.s", "paid", "3,000.50", "for", "twenty-five", "don't", "you", "see"}));
    EXPECT_EQ(folded("in 1984. In 1985"), (Texts{"in", "1984", "in", "1985"}));
}

TEST(WordsOf, FoldsLettersBeyondAscii) {
    EXPECT_EQ(folded("\u00C4rger \u010Cesk\u00FD \u0391\u0398\u0397\u039D\u0391 \u041C\u041E\u0421\u041A\u0412\u0410"),
              (Texts{"\u00E4rger", "\u010Desk\u00FD", "\u03B1\u03B8\u03B7\u03BD\u03B1",
                     "\u043C\u043E\u0441\u043A\u0432\u0430"}));
}

TEST(WordsOf, TakesEachCharacterWhereNoSpacesAreWritten) {
    EXPECT_EQ(folded("\u4ECA\u65E5\u306F ok\u3002"), (Texts{"\u4ECA", "\u65E5", "\u306F", "ok"}));
}

TEST(WordsOf, TellsWherePunctuationParts) {
    const std::vector<Word> words = words_of("red wine, white bread");
    ASSERT_EQ(words.size(), 4U);
    EXPECT_TRUE(words[0].after_break);
    EXPECT_FALSE(words[1].after_break);
    EXPECT_TRUE(words[2].after_break);
    EXPECT_EQ(words[2].text, "white");
}

TEST(WordsOf, SurvivesBytesThatAreNoText) {
    EXPECT_EQ(folded("a\xFF\xC3"
                     "b"),
              (Texts{"a", "b"}));
}

TEST(StemOf, JoinsSingularAndPlural) {
    EXPECT_EQ(stem_of("countries"), stem_of("country"));
    EXPECT_EQ(stem_of("country's"), stem_of("country"));
    EXPECT_EQ(stem_of("boxes"), stem_of("box"));
    EXPECT_EQ(stem_of("churches"), stem_of("church"));
    EXPECT_EQ(stem_of("systems"), stem_of("system"));
}

TEST(StemOf, LeavesWordsThatOnlyEndInS) {
    for (const char* word : {"bus", "glass", "analysis", "gas", "is"})
        EXPECT_EQ(stem_of(word), word);
}

TEST(StopWords, AreWordsOfEveryTalk) {
    for (const char* word :
         {"the", "don't", "we're", "they'd", "really", "quickly", "shouldn't", "it's", "gonna", "um"})
        EXPECT_TRUE(is_stop_word(word)) << word;
    for (const char* word : {"country", "italy", "family", "learning", "country's", "streetcar", ""})
        EXPECT_FALSE(is_stop_word(word)) << word;
}

TEST(IsEnglish, GoesByThePrimarySubtag) {
    for (const char* tag : {"en", "EN", "en-GB"})
        EXPECT_TRUE(is_english(tag)) << tag;
    for (const char* tag : {"", "de", "enm", "e", "-en"})
        EXPECT_FALSE(is_english(tag)) << tag;
}

}  // namespace
}  // namespace analysis
