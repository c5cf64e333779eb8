#include "speech/token_encoder.hpp"

#include <gtest/gtest.h>

#include "speech/fixtures.hpp"

namespace speech {
namespace {

using Tokens = std::vector<std::int32_t>;

const Vocabulary& vocabulary() {
    static const Vocabulary read =
        Vocabulary::parse(fixtures::bytes_of(fixtures::models() / "moonshine-tiny-en/tokens.txt")).value();
    return read;
}

std::vector<std::string> pieces(std::string_view text) {
    std::vector<std::string> pieces;
    const Tokens tokens = TokenEncoder(vocabulary()).encode(text).value();
    for (const std::int32_t token : tokens)
        pieces.emplace_back(vocabulary().text_of(token));
    return pieces;
}

TEST(TokenEncoder, JoinsWhatTheModelLearntFirst) {
    EXPECT_EQ(pieces(" the"), (std::vector<std::string>{" the"}));
    EXPECT_EQ(pieces(" Kubernetes"), (std::vector<std::string>{" K", "ubernetes"}));
}

TEST(TokenEncoder, SpellsAnyTextThatItGivesBack) {
    const TokenEncoder encoder(vocabulary());
    for (const std::string_view text : {" Zoë Müller", " 東京", " \U0001F600", " C++ 2.0", "a", ""})
        EXPECT_EQ(vocabulary().text_of(encoder.encode(text).value()), text);
}

TEST(TokenEncoder, TakesThePieceBeforeTheByte) {
    const Tokens a = TokenEncoder(vocabulary()).encode("q").value();
    ASSERT_EQ(a.size(), 1U);
    EXPECT_GT(a.front(), 258) << "the byte";
}

TEST(TokenEncoder, HasNoneForWhatTheModelCannotWrite) {
    const auto small = Vocabulary::parse("YQ== 0\nIA== 1\n").value();
    EXPECT_EQ(TokenEncoder(small).encode(" a"), (Tokens{1, 0}));
    EXPECT_EQ(TokenEncoder(small).encode(" b"), std::nullopt);
    EXPECT_EQ(phrase_tokens(TokenEncoder(small), {"b", "a"}), (std::vector<Tokens>{{1, 0}}));
}

TEST(TokenEncoder, ListensForACapitalAtABeginningToo) {
    const TokenEncoder encoder(vocabulary());
    EXPECT_EQ(phrase_tokens(encoder, {"ceph"}),
              (std::vector<Tokens>{encoder.encode(" ceph").value(), encoder.encode(" Ceph").value()}));
    EXPECT_EQ(phrase_tokens(encoder, {"Ceph"}), (std::vector<Tokens>{encoder.encode(" Ceph").value()}));
}

}  // namespace
}  // namespace speech
