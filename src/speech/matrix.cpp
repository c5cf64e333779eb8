#include "speech/matrix.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace speech {
namespace {

#define VT_NAMESPACE portable
#define VT_TARGET
#define VT_LANES 4
#define VT_ROWS 4
#define VT_LINES 1
#define VT_SINGLE_LINES 1
#define VT_FUSED(a, b, c) fused(a, b, c)
#define VT_WIDEN(at) widen(at)
#define VT_PAIR_ROWS 4
namespace portable {
using Four [[gnu::vector_size(4 * sizeof(float)), gnu::may_alias]] = float;
inline Four fused(Four a, Four b, Four c) {
    return Four{std::fma(a[0], b[0], c[0]), std::fma(a[1], b[1], c[1]), std::fma(a[2], b[2], c[2]),
                std::fma(a[3], b[3], c[3])};
}
inline Four widen(const std::uint8_t* at) {
    return Four{static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2]),
                static_cast<float>(at[3])};
}
}  // namespace portable
#include "speech/matrix_kernel.inl"
#undef VT_NAMESPACE
#undef VT_TARGET
#undef VT_LANES
#undef VT_ROWS
#undef VT_LINES
#undef VT_SINGLE_LINES
#undef VT_FUSED
#undef VT_WIDEN
#undef VT_PAIR_ROWS

#if defined(__x86_64__)

#define VT_NAMESPACE avx2
#define VT_TARGET [[gnu::target("avx2,fma")]]
#define VT_LANES 8
#define VT_ROWS 6
#define VT_LINES 1
#define VT_SINGLE_LINES 4
#define VT_FUSED(a, b, c) _mm256_fmadd_ps(a, b, c)
#define VT_WIDEN(at) _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))))
#define VT_PAIR_ROWS 4
#include "speech/matrix_kernel.inl"
#undef VT_NAMESPACE
#undef VT_TARGET
#undef VT_LANES
#undef VT_ROWS
#undef VT_LINES
#undef VT_SINGLE_LINES
#undef VT_FUSED
#undef VT_WIDEN
#undef VT_PAIR_ROWS

#define VT_NAMESPACE avx512
#define VT_TARGET [[gnu::target("avx512f,fma")]]
#define VT_LANES 16
#define VT_ROWS 8
#define VT_LINES 3
#define VT_SINGLE_LINES 8
#define VT_FUSED(a, b, c) _mm512_fmadd_ps(a, b, c)
#define VT_WIDEN(at) _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))))
#define VT_PAIR_ROWS 6
#include "speech/matrix_kernel.inl"
#undef VT_NAMESPACE
#undef VT_TARGET
#undef VT_PAIR_ROWS

#define VT_NAMESPACE avx512bf16
#define VT_TARGET [[gnu::target("avx512f,avx512bf16,fma")]]
#define VT_PAIR_ROWS 8
#define VT_DOT(in, weights, sum) \
    _mm512_dpbf16_ps(sum, reinterpret_cast<const __m512bh&>(in), reinterpret_cast<const __m512bh&>(weights))
#define VT_NEAREST(bits)               \
    reinterpret_cast<const HalfBits&>( \
        static_cast<const __m256bh&>(_mm512_cvtneps_pbh(reinterpret_cast<const __m512&>(bits))))
#include "speech/matrix_kernel.inl"
#undef VT_NAMESPACE
#undef VT_TARGET
#undef VT_LANES
#undef VT_ROWS
#undef VT_LINES
#undef VT_SINGLE_LINES
#undef VT_FUSED
#undef VT_WIDEN
#undef VT_PAIR_ROWS
#undef VT_DOT
#undef VT_NEAREST

#define VT_KERNELS(SET)                                                                                         \
    MatrixKernels {                                                                                             \
        "bf16", #SET, SET::multiply, SET::multiply_lines, SET::round, SET::multiply_pairs, SET::multiply_bytes, \
            SET::multiply_pair_lines, SET::softmax, SET::normalise, SET::gelu, SET::tanh, SET::gate, SET::add,  \
            SET::greatest                                                                                       \
    }

constexpr std::array kernels{VT_KERNELS(avx512bf16), VT_KERNELS(avx512), VT_KERNELS(avx2), VT_KERNELS(portable)};

std::size_t first_supported() {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16")) return 0;
    if (__builtin_cpu_supports("avx512f")) return 1;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 2;
    return 3;
}

#else

constexpr std::array kernels{VT_KERNELS(portable)};

std::size_t first_supported() {
    return 0;
}

#endif

// Calls place(line, input, the input's values for the line's outputs, how many they are) for all of a matrix.
template <class Values, class Place>
void lay_out(const Values& matrix, Place place) {
    for (std::size_t line = 0; line * line_floats < matrix.outputs; ++line) {
        const std::size_t count = std::min(line_floats, matrix.outputs - line * line_floats);
        for (std::size_t input = 0; input < matrix.inputs; ++input)
            place(line, input, matrix.values.data() + input * matrix.outputs + line * line_floats, count);
    }
}

// A bias of `outputs` values in whole lines; none is 0.
std::vector<Line> laid_out(std::span<const float> bias, std::size_t outputs) {
    std::vector<Line> lines((outputs + line_floats - 1) / line_floats, Line{});
    for (std::size_t i = 0; i < bias.size(); ++i)
        lines[i / line_floats].values[i % line_floats] = bias[i];
    return lines;
}

// Of a value that needs no more than a bfloat16's eight bits.
BFloat exact(float value) {
    return BFloat{static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U)};
}

}  // namespace

PackedMatrix::PackedMatrix(const MatrixValues& matrix, std::span<const float> bias)
    : inputs_(matrix.inputs), bias_(laid_out(bias, matrix.outputs)) {
    floats_.resize(lines() * inputs_, Line{});
    lay_out(matrix, [&](std::size_t line, std::size_t input, const float* values, std::size_t count) {
        std::copy_n(values, count, floats_[line * inputs_ + input].values);
    });
}

ByteMatrix::ByteMatrix(const ByteMatrixValues& matrix, std::span<const float> bias)
    : inputs_(matrix.inputs),
      scale_(matrix.scale),
      zero_(static_cast<float>(matrix.zero)),
      bias_(laid_out(bias, matrix.outputs)) {
    bytes_.assign(lines() * inputs_ * line_floats, matrix.zero);
    lay_out(matrix, [&](std::size_t line, std::size_t input, const std::uint8_t* values, std::size_t count) {
        std::copy_n(values, count, bytes_.data() + (line * inputs_ + input) * line_floats);
    });
}

ByteMatrix ByteMatrix::transposed(const ByteMatrixValues& matrix) {
    ByteMatrix result;
    result.inputs_ = matrix.outputs;
    result.bias_ = laid_out({}, matrix.inputs);
    result.scale_ = matrix.scale;
    result.zero_ = static_cast<float>(matrix.zero);
    result.bytes_.assign(result.lines() * matrix.outputs * line_floats, matrix.zero);
    std::uint8_t* line = result.bytes_.data();
    for (std::size_t first = 0; first < matrix.inputs; first += line_floats, line += matrix.outputs * line_floats) {
        const std::size_t count = std::min(line_floats, matrix.inputs - first);
        for (std::size_t i = 0; i < matrix.outputs; ++i) {
            for (std::size_t place = 0; place < count; ++place)
                line[i * line_floats + place] = matrix.values[(first + place) * matrix.outputs + i];
        }
    }
    return result;
}

void ByteMatrix::weights_of(std::size_t output, float* weights) const {
    const std::uint8_t* line = bytes_.data() + output / line_floats * inputs_ * line_floats + output % line_floats;
    for (std::size_t i = 0; i < inputs_; ++i)
        weights[i] = (static_cast<float>(line[i * line_floats]) - zero_) * scale_;
}

PairedMatrix::PairedMatrix(const ByteMatrixValues& matrix, std::span<const float> bias)
    : inputs_(matrix.inputs), scale_(matrix.scale), bias_(laid_out(bias, matrix.outputs)) {
    pairs_.assign(lines() * inputs_ * line_floats, BFloat{});
    lay_out(matrix, [&](std::size_t line, std::size_t input, const std::uint8_t* values, std::size_t count) {
        BFloat* pairs = place_of(line, input);
        for (std::size_t i = 0; i < count; ++i)
            pairs[2 * i] = exact(static_cast<float>(int{values[i]} - int{matrix.zero}));
    });
}

PairedMatrix::PairedMatrix(const MatrixValues& matrix, std::span<const float> bias)
    : inputs_(matrix.inputs), bias_(laid_out(bias, matrix.outputs)) {
    pairs_.assign(lines() * inputs_ * line_floats, BFloat{});
    lay_out(matrix, [&](std::size_t line, std::size_t input, const float* values, std::size_t count) {
        Line whole{};
        std::copy_n(values, count, whole.values);
        std::array<BFloat, line_floats> rounded{};
        matrix_kernels().front().round(whole.values, line_floats, rounded.data());
        BFloat* pairs = place_of(line, input);
        for (std::size_t i = 0; i < count; ++i)
            pairs[2 * i] = rounded[i];
    });
}

BFloat* PairedMatrix::place_of(std::size_t line, std::size_t input) {
    return pairs_.data() + (line * inputs_ + input / 2 * 2) * line_floats + input % 2;
}

std::span<const MatrixKernels> matrix_kernels() {
    return std::span(kernels).subspan(first_supported());
}

}  // namespace speech
