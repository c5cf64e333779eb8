#include "services/session/words.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace session {
namespace {

using Words = std::set<std::string, std::less<>>;

Words words_in(std::string_view text) {
    WordSet words;
    words.add_text(text);
    return words.words();
}

std::vector<std::string> query(std::string_view text) {
    return query_words(text).value();
}

TEST(Words, AreCutAtWhateverIsNoLetterOrDigit) {
    EXPECT_EQ(words_in("Good morning, Mr. O'Neil: 3-D at 19:30!"),
              (Words{"good", "morning", "mr", "o", "neil", "3", "d", "at", "19", "30"}));
    EXPECT_EQ(words_in("l\u2019homme\u2014et\u00A0\u00ABla\u00BB femme\u2026"),
              (Words{"l", "homme", "et", "la", "femme"}));
    EXPECT_EQ(words_in("one\u3002two\U0001F600three \u20AC5"), (Words{"one", "two", "three", "5"}));
    EXPECT_TRUE(words_in(" \t-- \u00BF? ...").empty());
}

TEST(Words, AreFoldedSoThatPeopleFindWhatTheyTypeWithoutMarks) {
    EXPECT_EQ(words_in("MÜLLER Straße Ærø Łódź Dvořák İzmir"),
              (Words{"muller", "strasse", "aero", "lodz", "dvorak", "izmir"}));
    EXPECT_EQ(words_in("Nguyễn Đặng"), (Words{"nguyen", "dang"}));
    EXPECT_EQ(words_in("Ελλάς ΕΛΛΑΣ"), words_in("ελλας"));
    EXPECT_EQ(words_in("Ёлка МОСКВА"), (Words{"елка", "москва"}));
    EXPECT_EQ(words_in("ＡＢＣ１"), (Words{"abc1"}));
}

TEST(Words, OfDecomposedTextAreThoseOfComposedText) {
    EXPECT_EQ(words_in("cafe\u0301"), words_in("caf\u00E9"));
    EXPECT_EQ(words_in("co\u00ADoperate"), (Words{"cooperate"}));  // a soft hyphen is no hyphen
}

TEST(Words, OfScriptsWithoutSpacesAreCharactersAndPairs) {
    EXPECT_EQ(words_in("東京都"), (Words{"東", "京", "都", "東京", "京都"}));
    EXPECT_EQ(words_in("iPhoneを見る"), (Words{"iphone", "を", "見", "る", "を見", "見る"}));
    EXPECT_EQ(words_in("今日。明日"), (Words{"今", "日", "今日", "明", "明日"}));
}

TEST(Words, OfMalformedBytesEndWhereTheBytesAre) {
    EXPECT_EQ(words_in("ab\xFF"
                       "cd\xC3"),
              (Words{"ab", "cd"}));
}

TEST(Words, HaveALimitThatIsNoted) {
    WordSet words(3);
    words.add_text("one two three");
    EXPECT_FALSE(words.was_cut());
    words.add_text("two one");
    EXPECT_FALSE(words.was_cut()) << "those were there already";
    words.add_text("four");
    EXPECT_TRUE(words.was_cut());
    EXPECT_EQ(words.words().size(), 3U);
}

TEST(Query, AsksForPairsWhereTheTextHasThem) {
    EXPECT_EQ(query("Big  BIG apple"), (std::vector<std::string>{"apple", "big"}));
    EXPECT_EQ(query("東京都"), (std::vector<std::string>{"京都", "東京"}));
    EXPECT_EQ(query("東"), (std::vector<std::string>{"東"}));
    EXPECT_EQ(query("東京大学"), (std::vector<std::string>{"大学", "東京"})) << "they touch: that says enough";
}

TEST(Query, FindsWhatTextHas) {
    for (const std::string_view text : {"O'Neil saw Łódź", "iPhoneを見る", "สวัสดีครับ", "cafe\u0301 19:30"}) {
        const Words words = words_in(text);
        for (const std::string& word : query(text))
            EXPECT_TRUE(words.contains(word)) << word;
    }
}

TEST(Query, HasOneToEightWords) {
    EXPECT_EQ(query_words("a b c d e f g h")->size(), 8U);
    EXPECT_EQ(query_words("a b c d e f g h i").error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(query_words("...").error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(query_words("").error().code, base::ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace session
