#include "base/utf8.hpp"

#include <random>

#include <gtest/gtest.h>

namespace {

TEST(ValidUtf8, KeepsWellFormedText) {
    for (const std::string text : {"", "plain", "naïve café", "日本語", "🎬 film", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_EQ(base::valid_utf8(text), text);
    }
}

TEST(ValidUtf8, ReplacesEachByteThatIsNotPartOfASequence) {
    EXPECT_EQ(base::valid_utf8("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(base::valid_utf8("\xC3"), "\uFFFD") << "cut off";
    EXPECT_EQ(base::valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD") << "overlong";
    EXPECT_EQ(base::valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD") << "surrogate";
    EXPECT_EQ(base::valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD") << "beyond U+10FFFF";
}

TEST(CountCodePoints, CountsSequencesNotBytes) {
    EXPECT_EQ(base::count_code_points(""), 0U);
    EXPECT_EQ(base::count_code_points("café"), 4U);
    EXPECT_EQ(base::count_code_points("🎬a\xFF"), 3U);
}

TEST(Printable, StaysOnOneLineAndWithinItsLimit) {
    EXPECT_EQ(base::printable("a\nb\x1b[31m", 100), "a\uFFFDb\uFFFD[31m");
    EXPECT_EQ(base::printable("evil\u202Etxt.mp4", 100), "evil\uFFFDtxt.mp4");
    EXPECT_EQ(base::printable("abcdef", 3), "abc…");
    EXPECT_EQ(base::printable("abc", 3), "abc");
}

TEST(ValidUtf8, GivesWellFormedTextForAnyBytes) {
    const unsigned seed = 20261124;
    std::mt19937 random(seed);
    for (int round = 0; round < 5000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        const std::string once = base::valid_utf8(bytes);
        ASSERT_EQ(base::valid_utf8(once), once) << "seed " << seed << ", round " << round;
        ASSERT_EQ(base::count_code_points(once), base::count_code_points(bytes));
    }
}

}  // namespace
