#include "formats/characters.hpp"

#include <gtest/gtest.h>

namespace formats {
namespace {

TEST(Characters, AreCountedAsReadersCountThem) {
    EXPECT_EQ(count_characters(""), 0U);
    EXPECT_EQ(count_characters("two words"), 9U);
    EXPECT_EQ(count_characters("caf\xC3\xA9"), 4U);
    EXPECT_EQ(count_characters("cafe\xCC\x81"), 4U) << "e and a combining accent";
    EXPECT_EQ(count_characters("👩‍👩‍👧‍👦!"), 2U) << "a family of joined emoji";
    EXPECT_EQ(count_characters("👍🏽"), 1U) << "a skin tone";
    EXPECT_EQ(count_characters("🇩🇪🇫🇷"), 2U) << "two flags";
    EXPECT_EQ(count_characters("한국"), 2U);
    EXPECT_EQ(count_characters("\u1112\u1161\u11AB"), 1U) << "a syllable of Hangul letters";
    EXPECT_EQ(count_characters("हिन्दी"), 3U);
    EXPECT_EQ(count_characters("今日は"), 3U);
}

TEST(Characters, CleanTextHasOneSpaceBetweenWordsAndNoneAround) {
    EXPECT_EQ(clean_text("  a \t\r\n b\u2028c\u3000d  "), "a b c d");
    EXPECT_EQ(clean_text(" \n "), "");
}

TEST(Characters, CleanTextKeepsANoBreakSpaceBetweenWordsOnly) {
    EXPECT_EQ(clean_text("10\u00A0km"), "10\u00A0km");
    EXPECT_EQ(clean_text("\u00A0a \u00A0 b\u00A0\u00A0c\u00A0"), "a b c");
}

TEST(Characters, CleanTextDropsWhatNobodySees) {
    EXPECT_EQ(clean_text(std::string_view("a\0b\x01\x7F\xC2\x85"
                                          "c",
                                          8)),
              "ab c");
    EXPECT_EQ(clean_text("\uFEFFa\u202Eb\u2066c\uFFFE"), "abc");
    EXPECT_EQ(clean_text("a\xFF"
                         "b\xC3"),
              "a\uFFFDb\uFFFD");
}

TEST(Characters, CleanTextLeavesRightToLeftMarksAndJoiners) {
    EXPECT_EQ(clean_text("שלום\u200F!"), "שלום\u200F!");
    EXPECT_EQ(clean_text("می\u200Cخواهم"), "می\u200Cخواهم");
}

TEST(Characters, ScriptsWithoutSpacesAreKnown) {
    for (const std::uint32_t code_point : {U'今', U'は', U'カ', U'ส', U'ម', U'。', U'𠮷'})
        EXPECT_TRUE(is_unspaced(code_point));
    for (const std::uint32_t code_point : {U'a', U'é', U'ש', U'م', U'한', U'ह', U'я'})
        EXPECT_FALSE(is_unspaced(code_point));
}

}  // namespace
}  // namespace formats
