#include "services/analysis/summary.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "services/analysis/fixtures.hpp"
#include "services/analysis/terms.hpp"

namespace analysis {
namespace {

std::vector<std::string> summary(const std::vector<Sentence>& sentences, const SummaryOptions& options) {
    std::vector<std::string> texts;
    for (const std::size_t sentence : summarise(sentences, options))
        texts.push_back(sentences[sentence].text);
    return texts;
}

TEST(Cosine, ComparesTerms) {
    EXPECT_DOUBLE_EQ(cosine({{1, 2}, {3, 1}}, {{1, 4}, {3, 2}}), 1);
    EXPECT_DOUBLE_EQ(cosine({{1, 2}}, {{2, 2}}), 0);
    EXPECT_DOUBLE_EQ(cosine({}, {{2, 2}}), 0);
    EXPECT_NEAR(cosine({{0, 1}, {1, 1}}, {{1, 1}, {2, 1}}), 0.5, 1e-12);
}

TEST(TermsOf, CountsStemsWithoutStopWords) {
    const TermTable table = terms_of(sentences({"The dogs saw a dog.", "Dogs bark."}));
    ASSERT_EQ(table.sentences.size(), 2U);
    EXPECT_EQ(table.sentences[0], (TermVector{{0, 2}}));
    EXPECT_EQ(table.sentences[1], (TermVector{{0, 1}, {1, 1}}));
    EXPECT_EQ(table.sentences_with, (std::vector<std::uint32_t>{2, 1}));
    EXPECT_EQ(table.word_counts, (std::vector<std::size_t>{5, 2}));
    TermVector sum = table.sentences[0];
    add_terms(sum, table.sentences[1]);
    EXPECT_EQ(sum, (TermVector{{0, 3}, {1, 1}}));
}

TEST(Summarise, TakesWhatTheOthersTalkAbout) {
    const std::vector<Sentence> text = sentences(transit_talk);
    const std::vector<std::string> found = summary(text, {.sentences = 4});
    ASSERT_EQ(found.size(), 4U);
    for (const std::string& sentence : found) {
        EXPECT_FALSE(sentence.contains("uncle") || sentence.contains("weather")) << sentence;
        EXPECT_FALSE(sentence.contains("Thank you")) << "too short to stand for others";
    }
    const std::vector<std::size_t> order = summarise(text, {.sentences = 4});
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(Summarise, SaysNothingTwice) {
    std::vector<std::string> lines(4, "The electric streetcar conquered all the large cities of Europe.");
    lines.emplace_back("A subway under the cities needs tunnels, and the tunnels need money.");
    lines.emplace_back("In other cities the subway came with the tunnels of the railway company.");
    const std::vector<std::string> found = summary(sentences(lines), {.sentences = 2});
    ASSERT_EQ(found.size(), 2U);
    EXPECT_NE(found[0], found[1]);
}

TEST(Summarise, IsAtMostHalfOfTheText) {
    EXPECT_TRUE(summarise({}, {}).empty());
    EXPECT_EQ(summarise(sentences({"Hello."}), {}).size(), 1U);
    EXPECT_EQ(summarise(sentences({"One two. Three four. Five six."}), {}).size(), 2U);
    EXPECT_TRUE(summarise(sentences(transit_talk), {.sentences = 0}).empty());
}

TEST(Summarise, PassesOverDoubtfulSentences) {
    std::vector<Sentence> text = sentences(transit_talk);
    const std::size_t best = summarise(text, {.sentences = 1}).at(0);
    text[best].doubtful = true;
    EXPECT_NE(summarise(text, {.sentences = 1}).at(0), best);
}

TEST(Summarise, SamplesLongTextsFromAllOfTheirTime) {
    std::vector<std::string> lines;
    for (int i = 0; i < 400; ++i)
        lines.push_back(transit_talk[static_cast<std::size_t>(i) % transit_talk.size()]);
    const std::vector<Sentence> text = sentences(lines);
    const std::vector<std::size_t> found = summarise(text, {.sentences = 5, .most_nodes = 50});
    EXPECT_EQ(found.size(), 5U);
    EXPECT_EQ(found, summarise(text, {.sentences = 5, .most_nodes = 50}));
}

}  // namespace
}  // namespace analysis
