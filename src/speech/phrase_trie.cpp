#include "speech/phrase_trie.hpp"

#include <algorithm>

namespace speech {

PhraseTrie::PhraseTrie(std::span<const std::vector<std::int32_t>> phrases, std::vector<bool> continues_word)
    : continues_word_(std::move(continues_word)) {
    for (const std::vector<std::int32_t>& phrase : phrases)
        insert(phrase);
    link();
}

void PhraseTrie::insert(std::span<const std::int32_t> phrase) {
    if (phrase.empty()) return;
    Node at = root;
    for (const std::int32_t token : phrase) {
        auto& edges = nodes_[at].edges;
        const auto place = std::ranges::lower_bound(edges, token, {}, &Edge::first);
        if (place != edges.end() && place->first == token) {
            at = place->second;
            continue;
        }
        const auto added = static_cast<Node>(nodes_.size());
        edges.insert(place, {token, added});
        nodes_.push_back({.depth = nodes_[at].depth + 1});
        at = added;
    }
    nodes_[at].complete = true;
}

// Shorter ones first: each needs those of its beginning.
void PhraseTrie::link() {
    std::vector<Node> waiting{root};
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        const Node at = waiting[i];
        for (const auto& [token, next] : nodes_[at].edges) {
            State& state = nodes_[next];
            state.within = nodes_[at].complete && !continues_word(token) ? at : nodes_[at].within;
            if (at != root) state.shorter = advance(nodes_[at].shorter, token).node;
            waiting.push_back(next);
        }
    }
}

const PhraseTrie::Edge* PhraseTrie::edge(Node node, std::int32_t token) const {
    const auto& edges = nodes_[node].edges;
    const auto place = std::ranges::lower_bound(edges, token, {}, &Edge::first);
    return place != edges.end() && place->first == token ? &*place : nullptr;
}

// The longer of `said` and the phrase that `node` has in whole.
PhraseTrie::Node PhraseTrie::longer(Node said, Node node, bool word_ends) const {
    const State& state = nodes_[node];
    const Node here = state.complete && word_ends ? node : state.within;
    return nodes_[here].depth > nodes_[said].depth ? here : said;
}

PhraseTrie::Advance PhraseTrie::advance(Node node, std::int32_t token) const {
    Node said = root;
    while (true) {
        if (const Edge* found = edge(node, token)) return {found->second, said};
        if (node == root) return {root, said};
        said = longer(said, node, !continues_word(token));
        node = nodes_[node].shorter;
    }
}

PhraseTrie::Node PhraseTrie::said_at_end(Node node) const {
    Node said = root;
    for (; node != root; node = nodes_[node].shorter)
        said = longer(said, node, true);
    return said;
}

float PhraseTrie::bonus(Node node) const {
    return phrase_bonus(nodes_[node].depth);
}

float phrase_bonus(std::uint32_t tokens) {
    constexpr float a_token = 1.5F;
    constexpr std::uint32_t most_tokens = 4;
    return a_token * static_cast<float>(std::min(tokens, most_tokens));
}

}  // namespace speech
