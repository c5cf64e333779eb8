// Phrases as sequences of tokens, and how far into one of them a text is: an automaton after Aho and Corasick (1975,
// https://doi.org/10.1145/360825.360855) whose states are worth a bonus. Immutable; any thread.
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace speech {

class PhraseTrie {
  public:
    using Node = std::uint32_t;
    using Edge = std::pair<std::int32_t, Node>;  // token and where it leads
    static constexpr Node root = 0;

    /// `continues_word[token]`: whether a token goes on with the word before it; a phrase that is followed by such a
    /// one was not said. Empty phrases are left out.
    PhraseTrie(std::span<const std::vector<std::int32_t>> phrases, std::vector<bool> continues_word);

    struct Advance {
        Node node;  // the longest beginning of a phrase that the text ends with now
        Node said;  // the phrase that was said in whole before and is now over, as its last node; root for none
    };
    [[nodiscard]] Advance advance(Node node, std::int32_t token) const;
    /// The phrase that was said in whole when the text ends here.
    [[nodiscard]] Node said_at_end(Node node) const;
    /// What a text is worth more for the beginning of a phrase, or for a phrase.
    [[nodiscard]] float bonus(Node node) const;

    [[nodiscard]] bool empty() const { return nodes_.size() == 1; }
    [[nodiscard]] bool complete(Node node) const { return nodes_[node].complete; }
    /// The next shorter beginning of a phrase that this one ends with.
    [[nodiscard]] Node shorter(Node node) const { return nodes_[node].shorter; }
    /// By token.
    [[nodiscard]] std::span<const Edge> edges(Node node) const { return nodes_[node].edges; }
    [[nodiscard]] bool continues_word(std::int32_t token) const {
        const auto index = static_cast<std::size_t>(token);
        return index < continues_word_.size() && continues_word_[index];
    }

  private:
    struct State {
        std::vector<Edge> edges = {};
        Node shorter = root;
        std::uint32_t depth = 0;  // tokens
        Node within = root;       // the longest whole phrase that this begins with, itself aside
        bool complete = false;
    };
    void insert(std::span<const std::int32_t> phrase);
    void link();
    [[nodiscard]] const Edge* edge(Node node, std::int32_t token) const;
    [[nodiscard]] Node longer(Node said, Node node, bool word_ends) const;

    std::vector<State> nodes_{State{}};
    std::vector<bool> continues_word_;
};

/// The bonus of so many tokens of a phrase, in nats: grows along the phrase and has an end, so that a long phrase
/// cannot outweigh what was heard.
float phrase_bonus(std::uint32_t tokens);

}  // namespace speech
