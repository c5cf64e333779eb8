// The choice of tokens: a beam search. The likeliest text is followed with a few that are nearly as likely and, when
// there are phrases to listen for, some that leave them only to say a phrase. In the end the one wins whose tokens,
// with the bonuses of its phrases, are worth most on average. So a phrase that is not heard changes nothing. Pure; any
// thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "speech/phrase_trie.hpp"

namespace speech {

/// What is known of one text so far.
struct TextSoFar {
    PhraseTrie::Node node = PhraseTrie::root;
    double log_probability = 0;  // of its tokens, without any bonus
    double kept = 0;             // bonuses of the phrases said in whole, of each once: a loop gains nothing
    std::vector<PhraseTrie::Node> said = {};  // those phrases
    std::size_t tokens = 0;
    bool strayed = false;      // it left the likely tokens for a phrase
    bool owes_phrase = false;  // one that is not said in whole yet
};

/// What the model says of the token after a text.
struct NextToken {
    std::int32_t likeliest = 0;
    std::span<const float> probabilities;  // of each token
};

struct TextStep {
    std::size_t from = 0;  // which of the texts goes on
    std::int32_t token = 0;
    TextSoFar text;
};

/// So many texts at once at most: those of likely tokens, and those that phrases are the reason for.
inline constexpr std::size_t most_likely_texts = 4;
inline constexpr std::size_t most_phrase_texts = 3;
/// Nats behind the best from which a text of likely tokens is not followed.
inline constexpr double likely_gap = 3;

/// How many texts of likely tokens have ended so far, and whether that is enough to end the search.
struct EndedTexts {
    std::size_t likely = 0;
    void count(const TextSoFar& text) { likely += text.strayed ? 0U : 1U; }
    [[nodiscard]] bool enough() const { return likely >= most_likely_texts; }
};

/// Keeps the bonus of a phrase that was said in whole, the first time.
void keep(const PhraseTrie& phrases, TextSoFar& text, PhraseTrie::Node said);

/// The texts to go on with: for each of `texts`, of one length, `next` is what may follow it. What falls too far behind
/// the best is given up. Those of likely tokens are the same with phrases and without.
std::vector<TextStep> go_on(const PhraseTrie& phrases, std::span<const TextSoFar> texts,
                            std::span<const NextToken> next);

/// What a text is worth that ends now, in nats a token; minus infinity for one that owes its phrase.
double worth_at_end(const PhraseTrie& phrases, const TextSoFar& text);

}  // namespace speech
