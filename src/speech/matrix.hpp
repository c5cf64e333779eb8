// Matrices times rows of activations, and the functions between them, for transformers on the processor.
//
// Every result is a chain of fused multiply-adds in one fixed order (over the inputs, whatever the number of rows,
// whatever the width of the registers), so that the bits do not depend on the batch, nor on which instruction set runs.
// Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "speech/dense.hpp"

namespace speech {

/// The bits of a bfloat16: the upper half of a float.
enum class BFloat : std::uint16_t {};

/// What a matrix is made of: `inputs` x `outputs` values, the outputs of one input side by side. 8-bit values are
/// (value - zero) * scale.
struct MatrixValues {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::vector<float> values;  // row-major
};
struct ByteMatrixValues {
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    std::vector<std::uint8_t> values;  // row-major
    float scale = 1;
    std::uint8_t zero = 0;
};

/// A matrix laid out for the kernels: a line of outputs after the other, each input by input. The number of outputs is
/// rounded up to whole lines; the added ones are 0.
class PackedMatrix {
  public:
    PackedMatrix() = default;
    explicit PackedMatrix(const MatrixValues& matrix, std::span<const float> bias = {});

    [[nodiscard]] std::size_t inputs() const { return inputs_; }
    [[nodiscard]] std::size_t lines() const { return bias_.size(); }
    [[nodiscard]] const float* floats(std::size_t line) const { return floats_[line * inputs_].values; }
    [[nodiscard]] const float* bias(std::size_t line) const { return bias_[line].values; }

  private:
    std::size_t inputs_ = 0;
    std::vector<Line> floats_;
    std::vector<Line> bias_;
};

/// A matrix for few rows of activations that are rounded to bfloat16, which some processors multiply twice as fast as
/// floats: the bytes as they are, because reading the matrix is what takes the time then. `inputs` is even.
class ByteMatrix {
  public:
    ByteMatrix() = default;
    explicit ByteMatrix(const ByteMatrixValues& matrix, std::span<const float> bias = {});
    /// From the outputs of `matrix` to its inputs; the outputs are even.
    static ByteMatrix transposed(const ByteMatrixValues& matrix);

    [[nodiscard]] std::size_t inputs() const { return inputs_; }
    [[nodiscard]] std::size_t lines() const { return bias_.size(); }
    /// The inputs() weights of one output.
    void weights_of(std::size_t output, float* weights) const;
    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
    [[nodiscard]] const float* bias() const { return bias_.front().values; }
    [[nodiscard]] float scale() const { return scale_; }
    [[nodiscard]] float zero() const { return zero_; }

  private:
    std::size_t inputs_ = 0;
    float scale_ = 1;
    float zero_ = 0;
    std::vector<std::uint8_t> bytes_;  // [line][input][output in the line]
    std::vector<Line> bias_;
};

/// A matrix for many such rows: two neighbouring inputs of an output side by side, as bfloat16, which is without loss
/// for 8-bit values less their zero, and rounds floats as MatrixKernels::round does. `inputs` is even.
class PairedMatrix {
  public:
    PairedMatrix() = default;
    explicit PairedMatrix(const ByteMatrixValues& matrix, std::span<const float> bias = {});
    explicit PairedMatrix(const MatrixValues& matrix, std::span<const float> bias = {});

    [[nodiscard]] std::size_t inputs() const { return inputs_; }
    [[nodiscard]] std::size_t lines() const { return bias_.size(); }
    [[nodiscard]] const BFloat* pairs() const { return pairs_.data(); }
    [[nodiscard]] const float* bias() const { return bias_.front().values; }
    [[nodiscard]] float scale() const { return scale_; }

  private:
    BFloat* place_of(std::size_t line, std::size_t input);

    std::size_t inputs_ = 0;
    float scale_ = 1;
    std::vector<BFloat> pairs_;  // [line][pair of inputs][output in the line][input of the pair]
    std::vector<Line> bias_;
};

/// The functions of one instruction set. Rows of activations begin `step` floats after each other; a step is a multiple
/// of line_floats where rows are written.
struct MatrixKernels {
    std::string_view name;  // of the numeric profile: the same for all that give the same bits
    std::string_view instructions;
    /// out = bias + in x matrix, for lines `first` to `first + lines` of it; line `first` goes to `out`.
    void (*multiply)(const PackedMatrix& matrix, std::size_t first, std::size_t lines, const float* in,
                     std::size_t in_step, std::size_t rows, float* out, std::size_t out_step);
    /// out = in x floats, where `floats` are lines as a PackedMatrix has them, without bias, `floats_step` floats after
    /// each other.
    void (*multiply_lines)(const float* floats, std::size_t floats_step, std::size_t inputs, std::size_t lines,
                           const float* in, std::size_t in_step, std::size_t rows, float* out, std::size_t out_step);
    /// Floats to bfloat16, each to the nearest, and what is less than 2^-63 to 0: products of it could be too small for
    /// a float, which instruction sets do not treat alike. `size` is a multiple of line_floats.
    void (*round)(const float* values, std::size_t size, BFloat* rounded);
    /// out = bias + in x matrix. Rows begin `in_step` values after each other, an even number. Of a pair of inputs, the
    /// second is added first, as the processors that have an instruction for it do.
    void (*multiply_pairs)(const PairedMatrix& matrix, const BFloat* in, std::size_t in_step, std::size_t rows,
                           float* out, std::size_t out_step);
    /// The same bits from bytes.
    void (*multiply_bytes)(const ByteMatrix& matrix, const BFloat* in, std::size_t in_step, std::size_t rows,
                           float* out, std::size_t out_step);
    /// out = in x pairs, where `pairs` are lines as a PairedMatrix has them, without bias, `pairs_step` values after
    /// each other. `inputs` is even.
    void (*multiply_pair_lines)(const BFloat* pairs, std::size_t pairs_step, std::size_t inputs, std::size_t lines,
                                const BFloat* in, std::size_t in_step, std::size_t rows, float* out,
                                std::size_t out_step);
    /// Each row of `size` values becomes its softmax; what follows up to the whole line becomes as good as 0.
    void (*softmax)(float* values, std::size_t step, std::size_t rows, std::size_t size);
    /// out = (in - mean) / sqrt(variance + epsilon) * weight, row by row; `size` is a multiple of line_floats.
    void (*normalise)(const float* in, std::size_t step, std::size_t rows, std::size_t size, const float* weight,
                      float* out);
    /// In place; `size` is a multiple of line_floats.
    void (*gelu)(float* values, std::size_t size);
    void (*tanh)(float* values, std::size_t size);
    /// value = value * silu(gate).
    void (*gate)(float* values, const float* gates, std::size_t size);
    /// into += values.
    void (*add)(float* into, const float* values, std::size_t size);
    /// The index of the greatest value; the first of several.
    std::size_t (*greatest)(const float* values, std::size_t size);
};

inline constexpr float normalise_epsilon = 1e-5F;

/// Those that this processor can run, fastest first; never empty.
std::span<const MatrixKernels> matrix_kernels();

}  // namespace speech
