// The choice of tokens when there are phrases to listen for. Beside the text of the likeliest tokens, others are
// followed that leave it only to say a phrase, and in the end the one wins whose probability and bonuses are worth
// most. So a phrase that is not heard changes nothing. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "speech/phrase_trie.hpp"

namespace speech {

/// What is known of one text so far.
struct PhraseText {
    PhraseTrie::Node node = PhraseTrie::root;
    double log_probability = 0;  // of its tokens, without any bonus
    double kept = 0;             // bonuses of the phrases said in whole, of each once: a loop gains nothing
    std::vector<PhraseTrie::Node> said = {};  // those phrases
    bool strayed = false;                     // some token was not the likeliest
    bool owes_phrase = false;                 // it left the likeliest tokens for a phrase that is not said in whole yet
};

/// What the model says of the token after a text.
struct NextToken {
    std::int32_t likeliest = 0;
    std::span<const float> probabilities;  // of each token
};

struct PhraseStep {
    std::size_t from = 0;  // which of the texts goes on
    std::int32_t token = 0;
    PhraseText text;
};

/// So many texts at once at most; the one of the likeliest tokens is always among them.
inline constexpr std::size_t most_phrase_texts = 4;

/// Keeps the bonus of a phrase that was said in whole, the first time.
void keep(const PhraseTrie& phrases, PhraseText& text, PhraseTrie::Node said);

/// The texts to go on with, best first: for each of `texts`, `next` is what may follow it. `best_ended` is the worth of
/// the best text that has ended; what falls too far behind the best is given up.
std::vector<PhraseStep> go_on(const PhraseTrie& phrases, std::span<const PhraseText> texts,
                              std::span<const NextToken> next, double best_ended);

/// What a text is worth that ends now; minus infinity for one that owes its phrase.
double worth_at_end(const PhraseTrie& phrases, const PhraseText& text);

}  // namespace speech
