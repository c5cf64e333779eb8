// The weights of a Moonshine model as its ONNX files carry them, laid out for our own arithmetic.
// Source of the architecture: N. Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice
// Commands", 2024 (arXiv 2410.15608). Immutable; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "speech/matrix.hpp"

namespace speech {

struct MoonshineShape {
    std::size_t width = 0;         // of a frame's and a token's vector
    std::size_t heads = 8;         // of every attention
    std::size_t rotary_width = 0;  // of the part of a head that turns with its position
    std::size_t vocabulary = 0;
    [[nodiscard]] std::size_t head_width() const { return width / heads; }
};

/// Queries, keys, values, and what mixes the heads' results.
struct AttentionWeights {
    ByteMatrix query;
    ByteMatrix key;
    ByteMatrix value;
    ByteMatrix output;
};

/// The same where all of a segment's frames go through at once.
struct FrameAttentionWeights {
    PairedMatrix query;
    PairedMatrix key;
    PairedMatrix value;
    PairedMatrix output;
};

/// From one token at a time to the frames.
struct CrossAttentionWeights {
    ByteMatrix query;
    PairedMatrix key;
    PairedMatrix value;
    ByteMatrix output;
};

struct EncoderLayerWeights {
    std::vector<float> attention_norm;
    FrameAttentionWeights attention;
    std::vector<float> feed_forward_norm;
    PairedMatrix expand;
    PairedMatrix contract;
};

/// The convolution front: samples to frames. A convolution's matrix has tap after tap, channel by channel, as inputs.
struct FrontWeights {
    PackedMatrix first;
    std::vector<float> norm_weight;
    std::vector<float> norm_bias;
    PairedMatrix second;
    PairedMatrix third;
};

struct EncoderWeights {
    FrontWeights front;
    std::vector<EncoderLayerWeights> layers;
    std::vector<float> norm;
};

struct DecoderLayerWeights {
    std::vector<float> self_norm;
    AttentionWeights self;
    std::vector<float> cross_norm;
    CrossAttentionWeights cross;
    std::vector<float> feed_forward_norm;
    ByteMatrix expand;  // to the values, then to their gates
    ByteMatrix contract;
};

struct DecoderWeights {
    std::vector<DecoderLayerWeights> layers;
    std::vector<float> norm;
    ByteMatrix tokens;  // from vectors to tokens; an output's weights are its token's vector
};

/// A head of the decoder's attention to the frames that looks where the words are said.
struct AlignmentHead {
    std::size_t layer = 0;
    std::size_t head = 0;
};

struct MoonshineWeights {
    MoonshineShape shape;
    std::vector<AlignmentHead> alignment_heads;
    std::vector<float> rotary_frequencies;  // radians a position; rotary_width / 2
    EncoderWeights encoder;
    DecoderWeights decoder;

    /// From the bytes of `encoder_model.onnx` and `decoder_model_merged.onnx`, 8-bit as they are published. Errors:
    /// model_broken (another architecture, or weights that do not fit it).
    static base::Result<MoonshineWeights> parse(std::string_view encoder, std::string_view decoder);
};

inline constexpr std::size_t front_first_taps = 127;
inline constexpr std::size_t front_first_stride = 64;
inline constexpr std::size_t front_second_taps = 7;
inline constexpr std::size_t front_second_stride = 3;
inline constexpr std::size_t front_third_taps = 3;
inline constexpr std::size_t front_third_stride = 2;

}  // namespace speech
