#include "speech/phrase_trie.hpp"

#include <algorithm>
#include <map>
#include <random>

#include <gtest/gtest.h>

namespace speech {
namespace {

using Tokens = std::vector<std::int32_t>;

// Odd tokens begin a word, even ones go on with it.
const std::vector<bool> continues{true, false, true, false, true};

// The definition: the longest end of the text that begins a phrase, and, for what was lost on the way there, the most
// that one of the lost beginnings has of a whole phrase.
class Definition {
  public:
    explicit Definition(std::vector<Tokens> phrases) : phrases_(std::move(phrases)) {}

    [[nodiscard]] bool begins_phrase(const Tokens& text) const {
        return std::ranges::any_of(phrases_, [&](const Tokens& phrase) {
            return phrase.size() >= text.size() && std::equal(text.begin(), text.end(), phrase.begin());
        });
    }

    // Of the phrases that `beginning` has in whole before `next` (or before the end), the longest one's bonus.
    [[nodiscard]] float kept(const Tokens& beginning, bool word_ends) const {
        std::size_t most = 0;
        for (const Tokens& phrase : phrases_) {
            if (phrase.size() > beginning.size() || !std::equal(phrase.begin(), phrase.end(), beginning.begin()))
                continue;
            const bool whole =
                phrase.size() == beginning.size() ? word_ends : !continues[index(beginning[phrase.size()])];
            if (whole) most = std::max(most, phrase.size());
        }
        return phrase_bonus(static_cast<std::uint32_t>(most));
    }

    // What the state is after the token, and what is kept.
    [[nodiscard]] float advance(Tokens& state, std::int32_t token) const {
        float most = 0;
        while (true) {
            Tokens longer = state;
            longer.push_back(token);
            if (begins_phrase(longer)) {
                state = longer;
                return most;
            }
            if (state.empty()) return most;
            most = std::max(most, kept(state, !continues[index(token)]));
            do
                state.erase(state.begin());
            while (!begins_phrase(state));
        }
    }

    [[nodiscard]] float kept_at_end(Tokens state) const {
        float most = 0;
        for (; !state.empty(); state.erase(state.begin())) {
            if (begins_phrase(state)) most = std::max(most, kept(state, true));
        }
        return most;
    }

  private:
    static std::size_t index(std::int32_t token) { return static_cast<std::size_t>(token); }
    std::vector<Tokens> phrases_;
};

Tokens random_tokens(std::mt19937& random, std::size_t most) {
    Tokens tokens(1 + random() % most);
    std::ranges::generate(tokens, [&] { return static_cast<std::int32_t>(random() % continues.size()); });
    return tokens;
}

TEST(PhraseTrie, IsWorthWhatTheDefinitionSays) {
    std::size_t kept = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937 random(seed);
        std::vector<Tokens> phrases(1 + random() % 6);
        std::ranges::generate(phrases, [&] { return random_tokens(random, 4); });
        const PhraseTrie trie(phrases, continues);
        const Definition definition(phrases);
        Tokens state;
        PhraseTrie::Node node = PhraseTrie::root;
        for (const std::int32_t token : random_tokens(random, 25)) {
            const auto [next, said] = trie.advance(node, token);
            const float gained = trie.bonus(said);
            ASSERT_EQ(gained, definition.advance(state, token));
            node = next;
            ASSERT_EQ(trie.bonus(node), phrase_bonus(static_cast<std::uint32_t>(state.size())));
            ASSERT_EQ(trie.complete(node), std::ranges::find(phrases, state) != phrases.end());
            ASSERT_EQ(trie.bonus(trie.said_at_end(node)), definition.kept_at_end(state));
            kept += gained > 0 ? 1U : 0U;
        }
    }
    EXPECT_GT(kept, 1000U) << "whole phrases were not tried";
}

TEST(PhraseTrie, TakesBackWhatAPhraseDoesNotKeep) {
    const PhraseTrie trie(std::vector<Tokens>{{1, 2, 4}}, continues);
    const auto one = trie.advance(PhraseTrie::root, 1);
    const auto two = trie.advance(one.node, 2);
    EXPECT_GT(trie.bonus(two.node), trie.bonus(one.node));
    EXPECT_EQ(trie.advance(two.node, 3).said, PhraseTrie::root) << "lost";
    const auto whole = trie.advance(two.node, 4);
    EXPECT_EQ(trie.advance(whole.node, 3).said, whole.node) << "said, and another word begins";
    EXPECT_EQ(trie.advance(whole.node, 0).said, PhraseTrie::root) << "a longer word was said";
    EXPECT_EQ(trie.said_at_end(whole.node), whole.node);
}

TEST(PhraseTrie, HasABonusThatGrowsAndEnds) {
    EXPECT_EQ(phrase_bonus(0), 0);
    EXPECT_GT(phrase_bonus(2), phrase_bonus(1));
    EXPECT_EQ(phrase_bonus(100), phrase_bonus(10));
}

TEST(PhraseTrie, IsNothingWithoutPhrases) {
    const PhraseTrie trie(std::vector<Tokens>{{}}, continues);
    EXPECT_TRUE(trie.empty());
    EXPECT_EQ(trie.advance(PhraseTrie::root, 3).node, PhraseTrie::root);
}

}  // namespace
}  // namespace speech
