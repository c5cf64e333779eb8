// Voices as vectors: the d-vector network of GE2E (https://arxiv.org/abs/1710.10467) as Resemblyzer trained it: a few
// LSTM layers over a window of speaker_features.hpp, the last output through a dense layer, cut at 0, its length
// made 1. The cosine of two vectors says how alike two voices are. The arithmetic is our own and gives the same bits
// for any batch.
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
    /// From PyTorch's tensors "lstm.weight_ih_l0" … and "linear.weight"; the layers are as wide and as many as they
    /// say, but a multiple of line_floats wide. `name` is what messages call the file. Errors: model_broken.
    static base::Result<SpeakerEncoder> make(const Tensors& tensors, const std::string& name,
                                             const MatrixKernels& kernels = matrix_kernels().front());

    /// The vector of each window: `length` frames from its start on, of `frames`, which holds bands() values a frame.
    [[nodiscard]] std::vector<std::vector<float>> encode(std::span<const float> frames,
                                                         std::span<const std::size_t> starts, std::size_t length) const;

    [[nodiscard]] std::size_t bands() const { return layers_.front().inputs; }

  private:
    struct Layer {
        std::size_t inputs = 0;
        PackedMatrix gates;  // over the input and the last output: input, forget, candidate, output
    };

    explicit SpeakerEncoder(const MatrixKernels& kernels) : kernels_(&kernels) {}
    [[nodiscard]] std::vector<float> run(const Layer& layer, const std::vector<float>& in, std::size_t rows) const;
    void remember(std::span<const float> gates, std::span<float> cells) const;
    void let_out(std::span<const float> gates, std::span<float> outputs) const;
    [[nodiscard]] std::vector<float> project(const float* last) const;

    const MatrixKernels* kernels_;
    std::size_t width_ = 0;
    std::vector<Layer> layers_;
    PackedMatrix linear_;
    std::size_t outputs_ = 0;
};

}  // namespace speech
