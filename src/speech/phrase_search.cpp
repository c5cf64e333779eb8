#include "speech/phrase_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace speech {
namespace {

// Nats behind the best from which a text is not followed: more than a phrase can make good.
constexpr double widest_gap = 8;

double worth(const PhraseTrie& phrases, const PhraseText& text) {
    return text.log_probability + text.kept + static_cast<double>(phrases.bonus(text.node));
}

// The tokens that may follow a text.
std::vector<std::int32_t> tokens_after(const PhraseTrie& phrases, const PhraseText& text, std::int32_t likeliest) {
    std::vector<std::int32_t> tokens;
    const auto ends_phrase = [&](std::int32_t token) {
        return phrases.complete(text.node) && !phrases.continues_word(token);
    };
    for (const auto& [token, node] : phrases.edges(text.node))
        tokens.push_back(token);
    const auto add = [&](std::int32_t token) {
        if (!text.owes_phrase || ends_phrase(token)) tokens.push_back(token);
    };
    add(likeliest);
    for (PhraseTrie::Node node = text.node; node != PhraseTrie::root;) {
        node = phrases.shorter(node);
        for (const auto& [token, next] : phrases.edges(node))
            add(token);
    }
    std::ranges::sort(tokens);
    const auto repeated = std::ranges::unique(tokens);
    tokens.erase(repeated.begin(), repeated.end());
    return tokens;
}

PhraseStep step(const PhraseTrie& phrases, const PhraseText& text, const NextToken& next, std::int32_t token) {
    constexpr float least = 1e-20F;
    const float probability = std::max(next.probabilities[static_cast<std::size_t>(token)], least);
    const bool phrase_said = phrases.complete(text.node) && !phrases.continues_word(token);
    const bool strays = token != next.likeliest;
    const auto [node, said] = phrases.advance(text.node, token);
    PhraseStep step{.token = token, .text = text};
    step.text.node = node;
    step.text.log_probability += std::log(static_cast<double>(probability));
    step.text.strayed = text.strayed || strays;
    step.text.owes_phrase = strays || (text.owes_phrase && !phrase_said);
    keep(phrases, step.text, said);
    return step;
}

}  // namespace

void keep(const PhraseTrie& phrases, PhraseText& text, PhraseTrie::Node said) {
    if (said == PhraseTrie::root || std::ranges::find(text.said, said) != text.said.end()) return;
    text.said.push_back(said);
    text.kept += static_cast<double>(phrases.bonus(said));
}

std::vector<PhraseStep> go_on(const PhraseTrie& phrases, std::span<const PhraseText> texts,
                              std::span<const NextToken> next, double best_ended) {
    std::vector<PhraseStep> steps;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (const std::int32_t token : tokens_after(phrases, texts[i], next[i].likeliest)) {
            steps.push_back(step(phrases, texts[i], next[i], token));
            steps.back().from = i;
        }
    }
    const auto worth_of = [&](const PhraseStep& step) { return worth(phrases, step.text); };
    std::ranges::stable_sort(steps, std::greater(), worth_of);
    double least = best_ended;
    for (const PhraseStep& step : steps)
        least = std::max(least, worth_of(step));
    least -= widest_gap;
    std::size_t strayed = 0;
    std::erase_if(steps, [&](const PhraseStep& step) {
        return step.text.strayed && (worth_of(step) < least || ++strayed >= most_phrase_texts);
    });
    return steps;
}

double worth_at_end(const PhraseTrie& phrases, const PhraseText& text) {
    if (text.owes_phrase && !phrases.complete(text.node)) return -std::numeric_limits<double>::infinity();
    PhraseText ended = text;
    keep(phrases, ended, phrases.said_at_end(text.node));
    return ended.log_probability + ended.kept;
}

}  // namespace speech
