// Key phrases of spoken English. Pure; any thread.
//
// Candidates are runs of one to four words between stop words and punctuation, as in RAKE (Rose, Engel, Cramer, Cowley:
// "Automatic keyword extraction from individual documents", 2010), and the runs inside them. They are ranked as in the
// C-value method (Frantzi, Ananiadou, Mima: "Automatic recognition of multi-word terms", 2000): by how often they are
// said, less how often that was inside a longer candidate, more words counting for more. Memory is bounded by lossy
// counting (Manku, Motwani: "Approximate frequency counts over data streams", 2002): when the table is full, what was
// said only once so far is forgotten.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "services/analysis/sentences.hpp"

namespace analysis {

struct KeyPhrase {
    std::string text;                      // as it was said, the form with the fewest capitals
    std::size_t count = 0;                 // mentions, singular and plural together
    std::vector<double> mentions_seconds;  // when, in order; the first ones only when there are many
};

struct KeyPhraseOptions {
    std::size_t most_phrases = 20;
    std::size_t most_mentions = 50;        // times kept a phrase
    std::size_t most_candidates = 50'000;  // kept at once
};

/// The best first. The same sentences give the same phrases.
std::vector<KeyPhrase> find_key_phrases(std::span<const Sentence> sentences, const KeyPhraseOptions& options);

}  // namespace analysis
