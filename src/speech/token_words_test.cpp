#include "speech/token_words.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace speech {
namespace {

// Every step was heard in two frames of its own; the last step is the end.
DecodedTokens said(std::vector<std::int32_t> tokens, std::vector<float> probabilities) {
    const std::size_t steps = tokens.size() + 1;
    DecodedTokens decoded{std::move(tokens), std::move(probabilities), std::vector<float>(steps * steps * 2),
                          steps * 2};
    for (std::size_t step = 0; step < steps; ++step)
        decoded.attention[step * steps * 2 + 2 * step] = decoded.attention[step * steps * 2 + 2 * step + 1] = 1;
    return decoded;
}

Vocabulary vocabulary(const std::vector<std::string>& pieces) {
    std::string lines;
    for (std::size_t i = 0; i < pieces.size(); ++i)
        lines += base::to_base64(pieces[i]) + " " + std::to_string(i) + "\n";
    return Vocabulary::parse(lines).value();
}

constexpr std::int64_t two_frames = 768;

TEST(TokenWords, JoinsTokensAndKeepsTheirTimes) {
    const auto words =
        token_words(said({0, 1, 2}, {0.5F, 0.5F, 0.25F}), vocabulary({"\u2581drip", "ping", "\u2581blood"}), 100'000);
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(words[0], (RecognisedWord{"dripping", {0, 2 * two_frames}, 0.25F}));
    EXPECT_EQ(words[1], (RecognisedWord{"blood", {2 * two_frames, 3 * two_frames}, 0.25F}));
}

TEST(TokenWords, PunctuationNeitherLengthensAWordNorMakesItLessSure) {
    const auto words = token_words(said({0, 1, 2, 3}, {0.5F, 0.1F, 0.2F, 0.75F}),
                                   vocabulary({"\u2581Yes", ",", "\u2581\"", "no"}), 100'000);
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(words[0], (RecognisedWord{"Yes,", {0, two_frames}, 0.5F}));
    EXPECT_EQ(words[1], (RecognisedWord{"\"no", {2 * two_frames, 4 * two_frames}, 0.75F}));
}

TEST(TokenWords, SplitsATokenOfTwoWordsAndEndsWithTheSegment) {
    const auto words = token_words(said({0}, {0.5F}), vocabulary({"\u2581of\u2581the"}), 500);
    ASSERT_EQ(words.size(), 2U);
    EXPECT_EQ(words[0].text, "of");
    EXPECT_EQ(words[1], (RecognisedWord{"the", {0, 500}, 0.5F}));
}

TEST(TokenWords, MendsBytesThatAreNoCharacter) {
    const auto words = token_words(said({0, 1}, {1, 1}), vocabulary({"\u2581a", "<0xC3>"}), 5000);
    EXPECT_EQ(words.at(0).text, "a\uFFFD");
}

TEST(TokenWords, OfNothingAreNone) {
    EXPECT_TRUE(token_words(said({}, {}), vocabulary({"a"}), 5000).empty());
    EXPECT_TRUE(token_words({}, vocabulary({"a"}), 0).empty());
    EXPECT_FALSE(mean_log_probability(said({}, {})));
}

TEST(TokenWords, TellsHowSureTheModelIsOnAverage) {
    EXPECT_NEAR(mean_log_probability(said({0, 0}, {0.5F, 0.125F})).value(), 2 * std::log(0.5F), 1e-6);
    EXPECT_LT(mean_log_probability(said({0}, {0})).value(), -10);
}

}  // namespace
}  // namespace speech
