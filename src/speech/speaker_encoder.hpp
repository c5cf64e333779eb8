// Voices as vectors: the residual network of WeSpeaker (ResNet34, https://arxiv.org/abs/1512.03385 on pictures of 80
// bands by time) as pyannote.audio's community-1 pipeline uses it: convolutions of 3 x 3 in blocks that add what they
// were given, the mean and the deviation of what comes out over a window of time, and a dense layer. The cosine of two
// vectors says how alike two voices are. The arithmetic is our own, on bfloat16, and gives the same bits on every
// instruction set and for any number of windows.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "speech/matrix.hpp"
#include "speech/safetensors.hpp"

namespace speech {

/// Immutable; any number of threads.
class SpeakerEncoder {
  public:
    /// From the tensors "conv1", "layer1.0.conv1", "layer1.0.conv2", … "layer2.0.shortcut", … and "embedding", each
    /// .weight and .bias, a convolution's as [outputs, inputs, bands, time]. A block with a shortcut halves bands and
    /// time. Channels are multiples of line_floats, bands of what halving them makes of 1. `name` is what messages call
    /// the file. Errors: model_broken.
    static base::Result<SpeakerEncoder> make(const Tensors& tensors, const std::string& name,
                                             const MatrixKernels& kernels = matrix_kernels().front());

    /// What the convolutions make of a stretch of frames of bands() values: a frame of encoded_size() values for every
    /// reduction() of them, the last for what is left. What is beyond the stretch counts as 0.
    [[nodiscard]] std::vector<float> encode(std::span<const float> frames) const;

    /// The vector, of length 1, of each window: `length` encoded frames from its start on.
    [[nodiscard]] std::vector<std::vector<float>> voices(std::span<const float> encoded,
                                                         std::span<const std::size_t> starts, std::size_t length) const;

    [[nodiscard]] std::size_t bands() const { return encoded_bands_ * reduction_; }
    [[nodiscard]] std::size_t reduction() const { return reduction_; }
    [[nodiscard]] std::size_t encoded_size() const { return encoded_bands_ * channels_; }

  private:
    struct Convolution {
        std::size_t channels = 0;  // of its input
        std::size_t taps = 3;      // in bands and in time
        std::size_t stride = 1;
        PairedMatrix matrix;
    };
    struct Block {
        Convolution first;
        Convolution second;
        std::vector<Convolution> shortcut;  // one, or none: what was given is added as it is
    };
    struct Picture;
    class Loader;

    explicit SpeakerEncoder(const MatrixKernels& kernels) : kernels_(&kernels) {}
    [[nodiscard]] Picture begin(std::span<const float> frames) const;
    [[nodiscard]] Picture apply(const Convolution& convolution, const Picture& in) const;
    [[nodiscard]] Picture apply(const Block& block, const Picture& in) const;
    static void put_rows(const Convolution& convolution, const Picture& in, std::span<const BFloat> rounded,
                         std::size_t first, BFloat* row);

    const MatrixKernels* kernels_;
    PackedMatrix conv1_;
    std::vector<Block> blocks_;
    PackedMatrix embedding_;  // over means, then deviations, both as encoded frames lie
    std::size_t outputs_ = 0;
    std::size_t channels_ = 0;  // of an encoded frame
    std::size_t encoded_bands_ = 0;
    std::size_t reduction_ = 1;
};

}  // namespace speech
