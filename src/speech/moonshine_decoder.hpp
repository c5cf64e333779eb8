// Moonshine's decoder: frames to tokens, for a batch of segments at once, by a beam search (text_search.hpp) that also
// listens for phrases when there are any. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "speech/moonshine_encoder.hpp"
#include "speech/moonshine_weights.hpp"
#include "speech/phrase_trie.hpp"

namespace speech {

inline constexpr std::int32_t first_token = 1;
inline constexpr std::int32_t end_token = 2;

/// How many tokens speech of this length can have; the model was trained to end before.
std::size_t token_limit(std::size_t samples);

struct DecoderInput {
    Frames frames;
    std::size_t token_limit = 0;
    const PhraseTrie* phrases = nullptr;  // what to listen for; nothing costs nothing
};

struct DecodedTokens {
    std::vector<std::int32_t> tokens;  // without the first and the end
    std::vector<float> probabilities;  // of each token, given those before it, without bonuses
    /// Where the alignment heads looked at each step, their shares added up: [step][frame]. A step gives a token; the
    /// last one gave the end, unless the limit was met.
    std::vector<float> attention;
    std::size_t frames = 0;
    bool operator==(const DecodedTokens&) const = default;
};

/// What each input says. One input's result does not depend on the others.
std::vector<DecodedTokens> decode(const MoonshineWeights& weights, const MatrixKernels& kernels,
                                  std::span<const DecoderInput> inputs);

}  // namespace speech
