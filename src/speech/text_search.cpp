#include "speech/text_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>

namespace speech {
namespace {

constexpr double phrase_gap = 8;  // nats: more than a phrase can make good

double worth(const PhraseTrie& phrases, const TextSoFar& text) {
    return text.log_probability() + text.kept + static_cast<double>(phrases.bonus(text.node));
}

bool is_likely(const NextToken& next, std::int32_t token) {
    static const float share = static_cast<float>(std::exp(-likely_token_gap));
    const float most = next.probabilities[static_cast<std::size_t>(next.likeliest)];
    return next.probabilities[static_cast<std::size_t>(token)] >= share * most;
}

// The likeliest token, and those that come near it.
std::vector<std::int32_t> likely_tokens(const NextToken& next) {
    const float most = next.probabilities[static_cast<std::size_t>(next.likeliest)];
    const bool leaves_room = is_likely({0, std::array{most, 1 - most}}, 1);
    if (!leaves_room) return {next.likeliest};
    std::vector<std::int32_t> tokens;
    for (std::int32_t token = 0; token < std::ssize(next.probabilities); ++token) {
        if (is_likely(next, token)) tokens.push_back(token);
    }
    return tokens;
}

// The tokens that may follow a text.
std::vector<std::int32_t> tokens_after(const PhraseTrie& phrases, const TextSoFar& text, const NextToken& next_token) {
    std::vector<std::int32_t> tokens;
    const auto ends_phrase = [&](std::int32_t token) {
        return phrases.complete(text.node) && !phrases.continues_word(token);
    };
    for (const auto& [token, node] : phrases.edges(text.node))
        tokens.push_back(token);
    const auto add = [&](std::int32_t token) {
        if (!text.owes_phrase || ends_phrase(token)) tokens.push_back(token);
    };
    for (const std::int32_t token : likely_tokens(next_token))
        add(token);
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

TextStep step(const PhraseTrie& phrases, const TextSoFar& text, const NextToken& next, std::int32_t token) {
    constexpr float least = 1e-20F;
    const float probability = std::max(next.probabilities[static_cast<std::size_t>(token)], least);
    const bool phrase_said = phrases.complete(text.node) && !phrases.continues_word(token);
    const bool for_phrase = !is_likely(next, token);
    const auto [node, said] = phrases.advance(text.node, token);
    TextStep step{.token = token, .text = text};
    step.text.node = node;
    step.text.append(token, std::log(static_cast<double>(probability)));
    step.text.strayed = text.strayed || for_phrase;
    step.text.owes_phrase = for_phrase || (text.owes_phrase && !phrase_said);
    keep(phrases, step.text, said);
    return step;
}

double likelihood(const TextStep& step) {
    return step.text.log_probability();
}

double mean(const TextSoFar& text, std::size_t before = 0) {
    return text.log_probability_before[before] / static_cast<double>(text.tokens - before);
}

// Whether the end of `other` is what `text` ended in so many tokens ago.
bool ends_alike(const TextSoFar& text, std::size_t before, const TextSoFar& other) {
    constexpr auto tokens = static_cast<std::ptrdiff_t>(alike_tokens);
    const auto end = text.last.end() - static_cast<std::ptrdiff_t>(before);
    return *(end - tokens) >= 0 && std::equal(end - tokens, end, other.last.end() - tokens);
}

// Takes out those that others cover.
std::vector<TextStep> take_covered(std::vector<TextStep>& steps) {
    std::vector<TextStep> kept;
    std::vector<TextStep> covered;
    for (TextStep& step : steps) {
        const auto covers_step = [&](const TextStep& other) { return covers(other.text, step.text); };
        if (std::ranges::any_of(kept, covers_step)) {
            covered.push_back(std::move(step));
            continue;
        }
        const auto is_covered = [&](const TextStep& other) { return covers(step.text, other.text); };
        const auto rest = std::ranges::stable_partition(kept, std::not_fn(is_covered));
        std::ranges::move(rest, std::back_inserter(covered));
        kept.erase(rest.begin(), rest.end());
        kept.push_back(std::move(step));
    }
    steps = std::move(kept);
    return covered;
}

// Leaves the best, at most `room` and none too far behind; gives back the others.
template <class Worth>
std::vector<TextStep> keep_best(std::vector<TextStep>& steps, double gap, std::size_t room, Worth worth_of) {
    std::ranges::stable_sort(steps, std::greater(), worth_of);
    std::size_t kept = 0;
    while (kept < std::min(room, steps.size()) && worth_of(steps[kept]) >= worth_of(steps.front()) - gap)
        ++kept;
    const auto first = steps.begin() + static_cast<std::ptrdiff_t>(kept);
    std::vector<TextStep> others;
    std::move(first, steps.end(), std::back_inserter(others));
    steps.erase(first, steps.end());
    return others;
}

}  // namespace

void TextSoFar::append(std::int32_t token, double log_probability) {
    const double sum = log_probability_before.front() + log_probability;
    std::shift_right(log_probability_before.begin(), log_probability_before.end(), 1);
    log_probability_before.front() = sum;
    std::shift_left(last.begin(), last.end(), 1);
    last.back() = token;
    ++tokens;
}

bool covers(const TextSoFar& text, const TextSoFar& other) {
    for (std::size_t before = 0; before <= most_ahead; ++before) {
        if (ends_alike(text, before, other) && mean(text, before) >= mean(other)) return true;
        if (before > 0 && ends_alike(other, before, text) && mean(text) > mean(other, before)) return true;
    }
    return false;
}

void EndedTexts::add(const PhraseTrie& phrases, const TextSoFar& text) {
    const double in_all = worth_at_end(phrases, text) * static_cast<double>(text.tokens);
    most_ = std::max(most_, in_all);
    if (text.strayed) return;
    ++likely_;
    likeliest_ = std::max(likeliest_, text.log_probability());
}

bool EndedTexts::leave_behind(const PhraseTrie& phrases, const TextSoFar& text) const {
    if (text.strayed) return worth(phrases, text) < most_ - phrase_gap;
    return likely_ >= most_likely_texts || text.log_probability() < likeliest_ - likely_gap;
}

void keep(const PhraseTrie& phrases, TextSoFar& text, PhraseTrie::Node said) {
    if (said == PhraseTrie::root || std::ranges::find(text.said, said) != text.said.end()) return;
    text.said.push_back(said);
    text.kept += static_cast<double>(phrases.bonus(said));
}

std::vector<TextStep> go_on(const PhraseTrie& phrases, std::span<const TextSoFar> texts,
                            std::span<const NextToken> next) {
    std::vector<TextStep> likely;
    std::vector<TextStep> with_phrases;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (const std::int32_t token : tokens_after(phrases, texts[i], next[i])) {
            TextStep one = step(phrases, texts[i], next[i], token);
            one.from = i;
            (one.text.strayed ? with_phrases : likely).push_back(std::move(one));
        }
    }
    std::vector<TextStep> others = take_covered(likely);
    std::ranges::move(keep_best(likely, likely_gap, most_likely_texts, likelihood), std::back_inserter(others));
    // What is not likely enough by itself may still be worth it for its phrase.
    for (TextStep& one : others) {
        if (one.text.node == PhraseTrie::root && one.text.said.empty()) continue;
        one.text.strayed = true;
        with_phrases.push_back(std::move(one));
    }
    keep_best(with_phrases, phrase_gap, most_phrase_texts,
              [&](const TextStep& step) { return worth(phrases, step.text); });
    std::ranges::move(with_phrases, std::back_inserter(likely));
    return likely;
}

double worth_at_end(const PhraseTrie& phrases, const TextSoFar& text) {
    if (text.owes_phrase && !phrases.complete(text.node)) return -std::numeric_limits<double>::infinity();
    TextSoFar ended = text;
    keep(phrases, ended, phrases.said_at_end(text.node));
    if (ended.strayed && ended.said.empty()) return -std::numeric_limits<double>::infinity();
    return (ended.log_probability() + ended.kept) / static_cast<double>(std::max<std::size_t>(ended.tokens, 1));
}

}  // namespace speech
