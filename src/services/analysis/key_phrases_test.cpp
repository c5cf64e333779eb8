#include "services/analysis/key_phrases.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "services/analysis/fixtures.hpp"

namespace analysis {
namespace {

std::vector<KeyPhrase> phrases(const std::vector<std::string>& lines, const KeyPhraseOptions& options = {}) {
    return find_key_phrases(sentences(lines), options);
}

const KeyPhrase* find(const std::vector<KeyPhrase>& list, std::string_view text) {
    const auto found = std::ranges::find(list, text, &KeyPhrase::text);
    return found == list.end() ? nullptr : &*found;
}

TEST(KeyPhrases, AreWhatTheTalkComesBackTo) {
    const std::vector<KeyPhrase> found = phrases(transit_talk);
    ASSERT_GE(found.size(), 3U);
    EXPECT_EQ(found[0].text, "electric streetcar");
    EXPECT_EQ(found[0].count, 3U);
    EXPECT_NE(find(found, "public transit"), nullptr) << "the form with the fewest capitals";
}

TEST(KeyPhrases, TellWhenTheyAreSaid) {
    const std::vector<KeyPhrase> found =
        phrases({"Nothing here.", "A solar eclipse, the solar eclipse.", "Solar eclipses."});
    ASSERT_FALSE(found.empty());
    EXPECT_EQ(found[0].text, "solar eclipse");
    ASSERT_EQ(found[0].mentions_seconds.size(), 3U) << "singular and plural are one";
    EXPECT_GE(found[0].mentions_seconds[0], 11);
    EXPECT_LT(found[0].mentions_seconds[0], found[0].mentions_seconds[1]);
    EXPECT_GE(found[0].mentions_seconds[2], 22);
}

TEST(KeyPhrases, EndAtStopWordsAndPunctuation) {
    const std::vector<KeyPhrase> found = phrases({"red wine, white bread of the village"});
    EXPECT_NE(find(found, "red wine"), nullptr);
    EXPECT_NE(find(found, "white bread"), nullptr);
    EXPECT_EQ(find(found, "wine white"), nullptr);
}

TEST(KeyPhrases, KeepNamesThatBeginWithAStopWord) {
    const std::vector<KeyPhrase> found = phrases({"We moved to New York. The new road to New York is long."});
    EXPECT_NE(find(found, "New York"), nullptr);
    EXPECT_EQ(find(found, "new road"), nullptr);
}

TEST(KeyPhrases, DoNotRepeatOneAnother) {
    const std::vector<KeyPhrase> found = phrases({"Machine learning is machine learning.", "Machine learning again."});
    EXPECT_EQ(found.size(), 1U);
}

TEST(KeyPhrases, PassOverFillersAndNumbers) {
    EXPECT_TRUE(phrases({"Um, you know, I mean, 1984, really, 25, it's a thing."}).empty());
    EXPECT_TRUE(phrases({}).empty());
}

TEST(KeyPhrases, KeepMemoryAndListsBounded) {
    std::vector<std::string> lines;
    for (int i = 0; i < 3000; ++i) {
        std::string rare(3, 'a');
        for (int left = i, at = 0; at < 3; left /= 26, ++at)
            rare[static_cast<std::size_t>(at)] = static_cast<char>('a' + left % 26);
        lines.push_back("the zq" + rare + " and the solar eclipse.");
    }
    const std::vector<KeyPhrase> found =
        phrases(lines, {.most_phrases = 5, .most_mentions = 7, .most_candidates = 100});
    ASSERT_FALSE(found.empty());
    EXPECT_LE(found.size(), 5U);
    EXPECT_EQ(found[0].text, "solar eclipse") << "what is said often survives";
    EXPECT_EQ(found[0].count, 3000U);
    EXPECT_EQ(found[0].mentions_seconds.size(), 7U);
}

}  // namespace
}  // namespace analysis
