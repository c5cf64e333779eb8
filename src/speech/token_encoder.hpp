// Text as a model's tokens: the pairs of neighbours that the model learnt first are joined first, as byte pair encoding
// does (Sennrich et al., 2016, https://aclanthology.org/P16-1162); SentencePiece numbers tokens in that order.
// Immutable; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "speech/vocabulary.hpp"

namespace speech {

class TokenEncoder {
  public:
    explicit TokenEncoder(const Vocabulary& vocabulary);

    /// `text` with the spaces before its words, well-formed UTF-8; absent when the model has no tokens for it.
    [[nodiscard]] std::optional<std::vector<std::int32_t>> encode(std::string_view text) const;

  private:
    [[nodiscard]] std::optional<std::int32_t> find(std::string_view text) const;
    std::unordered_map<std::string, std::int32_t> tokens_;
};

/// What a recogniser has to listen for to hear these phrases: the tokens of each as it is written and, as it may begin
/// a sentence, with a capital. Phrases that the model cannot write are left out.
std::vector<std::vector<std::int32_t>> phrase_tokens(const TokenEncoder& encoder,
                                                     const std::vector<std::string>& phrases);

}  // namespace speech
