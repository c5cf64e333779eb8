#include "speech/vocabulary.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace speech {
namespace {

std::string lines_of(const std::vector<std::string>& pieces) {
    std::string text;
    for (std::size_t i = 0; i < pieces.size(); ++i)
        text += base::to_base64(pieces[i]) + " " + std::to_string(i) + "\n";
    return text;
}

std::string written_as(const std::vector<std::string>& pieces, const std::vector<std::int32_t>& tokens) {
    return Vocabulary::parse(lines_of(pieces)).value().text_of(tokens);
}

TEST(Vocabulary, JoinsPiecesAndShowsSpaces) {
    EXPECT_EQ(written_as({"\u2581What", "\u2581do", "ing", "\u2581a\u2581b"}, {0, 1, 2, 3}), " What doing a b");
}

TEST(Vocabulary, LeavesMarksOutAndTakesBytes) {
    EXPECT_EQ(written_as({"<s>", "<0xC3>", "<0xA9>", "<unk>", "<", "<0xZZ>"}, {0, 1, 2, 3, 4, 5}), "\u00E9<");
}

TEST(Vocabulary, LeavesOutWhatIsNoToken) {
    EXPECT_EQ(written_as({"a", "b"}, {-1, 1, 2, 0}), "ba");
}

TEST(Vocabulary, RefusesOtherLines) {
    for (const char* text : {"YQ== 1\n", "YQ==\n", "a 0\n", "YQ== 0\n\n", "YQ== 0\nYg== 2\n", "YQ== 0 \n"}) {
        const auto vocabulary = Vocabulary::parse(text);
        ASSERT_FALSE(vocabulary) << text;
        EXPECT_EQ(vocabulary.error().code, base::ErrorCode::model_broken);
    }
}

TEST(Vocabulary, TellsTheLineThatIsWrong) {
    EXPECT_TRUE(Vocabulary::parse("YQ== 0\nYg== 7\n").error().message.contains("line 2"));
}

}  // namespace
}  // namespace speech
