// Dense layers for small networks on the processor: out = bias + in x weights, for up to four inputs at once.
//
// The numeric profile is the instruction set the kernels run on. Each gives the same bits every time, but two profiles
// may differ in the last bits of a sum, so the profile is part of the engine fingerprint. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace speech {

inline constexpr std::size_t line_floats = 16;  // a cache line, and the widest vector register

/// One cache line of values: what keeps every vector load aligned.
struct alignas(64) Line {
    float values[line_floats];
};

/// A layer of `inputs` x `outputs` weights, stored input by input so that a vector holds neighbouring outputs. The
/// number of outputs is rounded up to whole lines; the added ones stay 0.
class DenseLayer {
  public:
    DenseLayer() = default;
    DenseLayer(std::size_t inputs, std::size_t outputs);

    [[nodiscard]] std::size_t inputs() const { return inputs_; }
    [[nodiscard]] std::size_t lines() const { return bias_.size(); }
    /// How many values one input's result takes, a multiple of line_floats.
    [[nodiscard]] std::size_t output_floats() const { return lines() * line_floats; }
    [[nodiscard]] const Line* weights() const { return weights_.data(); }
    [[nodiscard]] const Line* bias() const { return bias_.data(); }

    float& weight(std::size_t input, std::size_t output) {
        return weights_[input * lines() + output / line_floats].values[output % line_floats];
    }
    float& bias(std::size_t output) { return bias_[output / line_floats].values[output % line_floats]; }

  private:
    std::size_t inputs_ = 0;
    std::vector<Line> weights_;
    std::vector<Line> bias_;
};

/// Applies `layer` to `columns` (1, 2 or 4) inputs of layer.inputs() values each; input c begins at `in + c * in_step`,
/// its result at `out + c * layer.lines()`. `in` and `out` must not overlap.
using DenseKernel = void (*)(const DenseLayer& layer, const float* in, std::size_t in_step, std::size_t columns,
                             Line* out);

struct NumericProfile {
    std::string_view name;  // "avx512", "avx2", "scalar"
    DenseKernel dense;
};

/// Those that this processor can run, fastest first; never empty.
std::span<const NumericProfile> numeric_profiles();

/// What decides the bits of floating-point and 8-bit arithmetic on this processor, such as "avx512+vnni": our own
/// profile and the extensions that ONNX Runtime's kernels choose by.
std::string processor_profile();

}  // namespace speech
