// From the tokens of a segment to its words, with their times and how sure the model is. Pure; any thread.
#pragma once
#include <optional>
#include <vector>

#include "speech/moonshine_decoder.hpp"
#include "speech/recogniser.hpp"
#include "speech/vocabulary.hpp"

namespace speech {

/// A word begins where its first token was heard and ends where its last token with a letter or figure was; its
/// confidence is the product of their probabilities. `samples` is the segment's length.
std::vector<RecognisedWord> token_words(const DecodedTokens& decoded, const Vocabulary& vocabulary,
                                        std::size_t samples);

/// Absent when there is no token.
std::optional<float> mean_log_probability(const DecodedTokens& decoded);

}  // namespace speech
