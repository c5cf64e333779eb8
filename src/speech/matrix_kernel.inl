// The bodies of the kernels of matrix.hpp for one instruction set; matrix.cpp includes it once for each, with these
// macros:
//   VT_NAMESPACE  where they go, VT_TARGET  the attribute that names the instruction set, VT_LANES  floats a register,
//   VT_ROWS and VT_LINES  the size of the largest tile, so that its sums stay in registers; VT_SINGLE_LINES  how many
//   lines of a single row hide the latency of its multiply-adds,
//   VT_PAIR_ROWS  the rows of such a tile of pairs,
//   VT_FUSED(a, b, c)  a * b + c, rounded once; VT_WIDEN(bytes)  as many as there are lanes, as floats,
//   VT_DOT(in, weights, sum) and VT_NEAREST(bits)  where there are instructions for pairs of bfloat16: VT_FUSED of
//   them, and the rounding of floats' bits to them.
// A template cannot carry the instruction set as a parameter, and vectors are lowered before inlining: hence the
// macros.
namespace VT_NAMESPACE {

using Vector [[gnu::vector_size(VT_LANES * sizeof(float)), gnu::may_alias]] = float;
using Ints [[gnu::vector_size(VT_LANES * sizeof(float)), gnu::may_alias]] = std::int32_t;
using Bits [[gnu::vector_size(VT_LANES * sizeof(float)), gnu::may_alias]] = std::uint32_t;
using HalfBits [[gnu::vector_size(VT_LANES * sizeof(BFloat)), gnu::may_alias]] = std::uint16_t;

constexpr std::size_t lanes = VT_LANES;
constexpr std::size_t parts = line_floats / lanes;  // registers a line

#define VT_INLINE VT_TARGET [[gnu::always_inline]] inline

// Without an alignment: activations of one head begin anywhere.
VT_INLINE Vector load(const float* from) {
    Vector vector;
    __builtin_memcpy(&vector, from, sizeof vector);
    return vector;
}

VT_INLINE void store(float* to, Vector vector) {
    __builtin_memcpy(to, &vector, sizeof vector);
}

VT_INLINE Vector all(float value) {
    return value - Vector{};
}

struct FloatWeights {
    using Value = float;
    using Input = float;
    static constexpr std::size_t most_rows = VT_ROWS;
};

// Two neighbouring inputs a lane: together where there is an instruction for them, else apart. A float of a bfloat16's
// bits has none in its lower half.
#ifdef VT_DOT
using Pair = Bits;
VT_INLINE Pair pair_of(Bits bits) {
    return bits;
}
VT_INLINE Pair pair_of(Vector first, Vector second) {
    return reinterpret_cast<const Bits&>(first) >> 16U | reinterpret_cast<const Bits&>(second);
}
VT_INLINE Vector add_products(Pair in, Pair weights, Vector sum) {
    return VT_DOT(in, weights, sum);
}
#else
struct Pair {
    Vector first;
    Vector second;
};
VT_INLINE Pair pair_of(Vector first, Vector second) {
    return {first, second};
}
VT_INLINE Pair pair_of(Bits bits) {
    const Bits first = bits << 16U;
    const Bits second = bits & 0xFFFF0000U;
    return {reinterpret_cast<const Vector&>(first), reinterpret_cast<const Vector&>(second)};
}
VT_INLINE Vector add_products(const Pair& in, const Pair& weights, Vector sum) {
    return VT_FUSED(in.first, weights.first, VT_FUSED(in.second, weights.second, sum));
}
#endif

// The same pair in every lane.
VT_INLINE Pair all_pairs(const BFloat* from) {
    std::uint32_t pair = 0;
    __builtin_memcpy(&pair, from, sizeof pair);
    return pair_of(pair - Bits{});
}

// Of a line's pairs, `part`.
struct PairWeights {
    using Value = BFloat;
    using Input = BFloat;
    static constexpr std::size_t most_rows = VT_PAIR_ROWS;
    static constexpr bool is_for_few_rows = false;
    VT_INLINE Pair pairs(const BFloat* at, std::size_t part) const {
        Bits bits;
        __builtin_memcpy(&bits, at + part * 2 * lanes, sizeof bits);
        return pair_of(bits);
    }
};

struct ByteWeights {
    using Value = std::uint8_t;
    using Input = BFloat;
    static constexpr std::size_t most_rows = VT_PAIR_ROWS;
    static constexpr bool is_for_few_rows = true;
    Vector zero;
    VT_INLINE Pair pairs(const std::uint8_t* at, std::size_t part) const {
        return pair_of(VT_WIDEN(at + part * lanes) - zero, VT_WIDEN(at + line_floats + part * lanes) - zero);
    }
};

template <std::size_t rows, std::size_t lines, class Weights>
VT_TARGET inline void tile(const Weights& weights, const typename Weights::Value* at, std::size_t line_step,
                           std::size_t inputs, const BFloat* in, std::size_t in_step,
                           Vector (&sums)[rows][lines * parts]) {
    for (std::size_t i = 0; i < inputs; i += 2, at += 2 * line_floats) {
        Pair pairs[lines * parts];
#pragma GCC unroll 8
        for (std::size_t line = 0; line < lines; ++line) {
#pragma GCC unroll 4
            for (std::size_t part = 0; part < parts; ++part)
                pairs[line * parts + part] = weights.pairs(at + line * line_step, part);
            // Few rows wait for their weights: those of the lines to come are fetched meanwhile. After the last line
            // there is nothing, and a hint at nothing is harmless.
            if constexpr (Weights::is_for_few_rows || rows < Weights::most_rows)
                __builtin_prefetch(at + (lines + line) * line_step);
        }
#pragma GCC unroll 16
        for (std::size_t row = 0; row < rows; ++row) {
            const Pair pair = all_pairs(in + row * in_step + i);
#pragma GCC unroll 16
            for (std::size_t v = 0; v < lines * parts; ++v)
                sums[row][v] = add_products(pair, pairs[v], sums[row][v]);
        }
    }
}

template <std::size_t rows, std::size_t lines>
VT_TARGET inline void tile(const FloatWeights&, const float* at, std::size_t line_step, std::size_t inputs,
                           const float* in, std::size_t in_step, Vector (&sums)[rows][lines * parts]) {
    for (std::size_t i = 0; i < inputs; ++i, at += line_floats) {
        Vector weights[lines * parts];
#pragma GCC unroll 8
        for (std::size_t line = 0; line < lines; ++line) {
#pragma GCC unroll 4
            for (std::size_t part = 0; part < parts; ++part)
                weights[line * parts + part] = load(at + line * line_step + part * lanes);
        }
#pragma GCC unroll 16
        for (std::size_t row = 0; row < rows; ++row) {
            const Vector value = all(in[row * in_step + i]);
#pragma GCC unroll 16
            for (std::size_t v = 0; v < lines * parts; ++v)
                sums[row][v] = VT_FUSED(value, weights[v], sums[row][v]);
        }
    }
}

template <std::size_t rows, std::size_t lines, class Weights>
VT_TARGET void tile_of(const Weights& weights, const typename Weights::Value* at, std::size_t line_step,
                       std::size_t inputs, float scale, const float* bias, const typename Weights::Input* in,
                       std::size_t in_step, float* out, std::size_t out_step) {
    Vector sums[rows][lines * parts]{};
    tile<rows, lines>(weights, at, line_step, inputs, in, in_step, sums);
    const Vector scales = all(scale);
#pragma GCC unroll 16
    for (std::size_t row = 0; row < rows; ++row) {
#pragma GCC unroll 16
        for (std::size_t v = 0; v < lines * parts; ++v) {
            const Vector start = bias == nullptr ? Vector{} : load(bias + v * lanes);
            store(out + row * out_step + v * lanes, VT_FUSED(sums[row][v], scales, start));
        }
    }
}

template <std::size_t lines, class Weights>
VT_TARGET void tiles_of_rows(const Weights& weights, const typename Weights::Value* at, std::size_t line_step,
                             std::size_t inputs, float scale, const float* bias, const typename Weights::Input* in,
                             std::size_t in_step, std::size_t rows, float* out, std::size_t out_step) {
    std::size_t row = 0;
    const auto tiles = [&]<std::size_t count>() {
        for (; row + count <= rows; row += count) {
            tile_of<count, lines>(weights, at, line_step, inputs, scale, bias, in + row * in_step, in_step,
                                  out + row * out_step, out_step);
        }
    };
    tiles.template operator()<Weights::most_rows>();
    tiles.template operator()<4>();
    tiles.template operator()<3>();
    tiles.template operator()<2>();
    tiles.template operator()<1>();
}

template <class Weights>
VT_TARGET void all_tiles(const Weights& weights, const typename Weights::Value* at, std::size_t line_step,
                         std::size_t inputs, std::size_t lines, float scale, const float* bias,
                         const typename Weights::Input* in, std::size_t in_step, std::size_t rows, float* out,
                         std::size_t out_step) {
    std::size_t line = 0;
    const auto tiles = [&]<std::size_t count>(std::size_t until) {
        for (; line + count <= until; line += count) {
            tiles_of_rows<count>(weights, at + line * line_step, line_step, inputs, scale,
                                 bias == nullptr ? nullptr : bias + line * line_floats, in, in_step, rows,
                                 out + line * line_floats, out_step);
        }
    };
    if (rows == 1) tiles.template operator()<VT_SINGLE_LINES>(lines);
    // One line alone waits for its sums: two and two rather than three and one.
    const bool leaves_one = VT_LINES > 2 && (lines - line) % VT_LINES == 1 && lines - line > VT_LINES;
    tiles.template operator()<VT_LINES>(leaves_one ? lines - VT_LINES - 1 : lines);
    if constexpr (VT_LINES > 2) tiles.template operator()<2>(lines);
    tiles.template operator()<1>(lines);
}

VT_TARGET void multiply(const PackedMatrix& matrix, std::size_t first, std::size_t lines, const float* in,
                        std::size_t in_step, std::size_t rows, float* out, std::size_t out_step) {
    all_tiles(FloatWeights{}, matrix.floats(first), matrix.inputs() * line_floats, matrix.inputs(), lines, 1.0F,
              matrix.bias(first), in, in_step, rows, out, out_step);
}

VT_TARGET void multiply_lines(const float* floats, std::size_t floats_step, std::size_t inputs, std::size_t lines,
                              const float* in, std::size_t in_step, std::size_t rows, float* out,
                              std::size_t out_step) {
    all_tiles(FloatWeights{}, floats, floats_step, inputs, lines, 1.0F, nullptr, in, in_step, rows, out, out_step);
}

VT_TARGET void multiply_pair_lines(const BFloat* pairs, std::size_t pairs_step, std::size_t inputs, std::size_t lines,
                                   const BFloat* in, std::size_t in_step, std::size_t rows, float* out,
                                   std::size_t out_step) {
    all_tiles(PairWeights{}, pairs, pairs_step, inputs, lines, 1.0F, nullptr, in, in_step, rows, out, out_step);
}

// The upper halves of floats, rounded to the nearest.
VT_INLINE HalfBits nearest(Bits bits) {
#ifdef VT_NEAREST
    return VT_NEAREST(bits);
#else
    return __builtin_convertvector((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U, HalfBits);
#endif
}

VT_TARGET void round(const float* values, std::size_t size, BFloat* rounded) {
    for (std::size_t i = 0; i < size; i += lanes) {
        const Vector value = load(values + i);
        const auto bits = reinterpret_cast<const Bits&>(value);
        const Bits kept = (bits & 0x7FFFFFFFU) < 0x20000000U ? Bits{} : bits;  // 2^-63
        const HalfBits halves = nearest(kept);
        __builtin_memcpy(rounded + i, &halves, sizeof halves);
    }
}

VT_TARGET void multiply_pairs(const PairedMatrix& matrix, const BFloat* in, std::size_t in_step, std::size_t rows,
                              float* out, std::size_t out_step) {
    all_tiles(PairWeights{}, matrix.pairs(), matrix.inputs() * line_floats, matrix.inputs(), matrix.lines(),
              matrix.scale(), matrix.bias(), in, in_step, rows, out, out_step);
}

VT_TARGET void multiply_bytes(const ByteMatrix& matrix, const BFloat* in, std::size_t in_step, std::size_t rows,
                              float* out, std::size_t out_step) {
    all_tiles(ByteWeights{all(matrix.zero())}, matrix.bytes().data(), matrix.inputs() * line_floats, matrix.inputs(),
              matrix.lines(), matrix.scale(), matrix.bias(), in, in_step, rows, out, out_step);
}

// e to the x, to about one unit in the last place; from -87 down it stays where it is smallest.
// Source: S. L. Moshier, Cephes mathematical library, expf: the range reduction and the polynomial.
VT_INLINE Vector exponential(Vector x) {
    constexpr float log2_e = 1.44269504088896341F;
    constexpr float ln2_high = 0.693359375F;
    constexpr float ln2_low = -2.12194440e-4F;
    constexpr float to_integer = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
    const Vector lowest = all(-87.0F);
    const Vector highest = all(88.0F);
    x = x < lowest ? lowest : x;
    x = x > highest ? highest : x;
    const Vector shifted = VT_FUSED(x, all(log2_e), all(to_integer));
    const Vector whole = shifted - all(to_integer);
    Vector rest = VT_FUSED(whole, all(-ln2_high), x);
    rest = VT_FUSED(whole, all(-ln2_low), rest);
    Vector value = all(1.9875691500e-4F);
    value = VT_FUSED(value, rest, all(1.3981999507e-3F));
    value = VT_FUSED(value, rest, all(8.3334519073e-3F));
    value = VT_FUSED(value, rest, all(4.1665795894e-2F));
    value = VT_FUSED(value, rest, all(1.6666665459e-1F));
    value = VT_FUSED(value, rest, all(5.0000001201e-1F));
    value = VT_FUSED(value, rest * rest, rest + all(1.0F));
    const Ints exponent = (reinterpret_cast<const Ints&>(shifted) -
                           reinterpret_cast<const Ints&>(static_cast<const Vector&>(all(to_integer))))
                          << 23;
    const Ints scaled = reinterpret_cast<const Ints&>(value) + exponent;
    return reinterpret_cast<const Vector&>(scaled);
}

// The sum of a line's values, always in the same order.
VT_INLINE float sum_of(const Vector (&line)[parts]) {
    alignas(64) float values[line_floats];
    for (std::size_t part = 0; part < parts; ++part)
        store(values + part * lanes, line[part]);
    for (std::size_t half = line_floats / 2; half > 0; half /= 2) {
        for (std::size_t i = 0; i < half; ++i)
            values[i] += values[i + half];
    }
    return values[0];
}

VT_TARGET void softmax(float* values, std::size_t step, std::size_t rows, std::size_t size) {
    const std::size_t whole = (size + line_floats - 1) / line_floats * line_floats;
    for (std::size_t row = 0; row < rows; ++row, values += step) {
        for (std::size_t i = size; i < whole; ++i)
            values[i] = -1e30F;
        Vector greatest = all(-1e30F);
        for (std::size_t i = 0; i < whole; i += lanes) {
            const Vector value = load(values + i);
            greatest = value > greatest ? value : greatest;
        }
        float top = greatest[0];
        for (std::size_t lane = 1; lane < lanes; ++lane)
            top = greatest[lane] > top ? greatest[lane] : top;
        Vector sums[parts]{};
        for (std::size_t i = 0; i < whole; i += line_floats) {
#pragma GCC unroll 4
            for (std::size_t part = 0; part < parts; ++part) {
                const Vector power = exponential(load(values + i + part * lanes) - all(top));
                store(values + i + part * lanes, power);
            }
#pragma GCC unroll 4
            for (std::size_t part = 0; part < parts; ++part)
                sums[part] += load(values + i + part * lanes);
        }
        const Vector share = all(1.0F / sum_of(sums));
        for (std::size_t i = 0; i < whole; i += lanes)
            store(values + i, load(values + i) * share);
    }
}

VT_TARGET void normalise(const float* in, std::size_t step, std::size_t rows, std::size_t size, const float* weight,
                         float* out) {
    const float count = static_cast<float>(size);
    for (std::size_t row = 0; row < rows; ++row, in += step, out += step) {
        Vector sums[parts]{};
        for (std::size_t i = 0; i < size; i += line_floats) {
            for (std::size_t part = 0; part < parts; ++part)
                sums[part] += load(in + i + part * lanes);
        }
        const Vector mean = all(sum_of(sums) / count);
        Vector squares[parts]{};
        for (std::size_t i = 0; i < size; i += line_floats) {
            for (std::size_t part = 0; part < parts; ++part) {
                const Vector away = load(in + i + part * lanes) - mean;
                squares[part] = VT_FUSED(away, away, squares[part]);
            }
        }
        const Vector share = all(1.0F / __builtin_sqrtf(sum_of(squares) / count + normalise_epsilon));
        for (std::size_t i = 0; i < size; i += lanes)
            store(out + i, (load(in + i) - mean) * share * load(weight + i));
    }
}

// erf to 1.5e-7. Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
VT_INLINE Vector error_function(Vector x) {
    const Vector size = x < all(0.0F) ? -x : x;
    const Vector t = all(1.0F) / VT_FUSED(all(0.3275911F), size, all(1.0F));
    Vector sum = all(1.061405429F);
    sum = VT_FUSED(sum, t, all(-1.453152027F));
    sum = VT_FUSED(sum, t, all(1.421413741F));
    sum = VT_FUSED(sum, t, all(-0.284496736F));
    sum = VT_FUSED(sum, t, all(0.254829592F));
    const Vector value = all(1.0F) - sum * t * exponential(-(size * size));
    return x < all(0.0F) ? -value : value;
}

VT_TARGET void gelu(float* values, std::size_t size) {
    for (std::size_t i = 0; i < size; i += lanes) {
        const Vector x = load(values + i);
        store(values + i, x * all(0.5F) * (all(1.0F) + error_function(x * all(0.70710678118654752F))));
    }
}

VT_TARGET void tanh(float* values, std::size_t size) {
    for (std::size_t i = 0; i < size; i += lanes) {
        const Vector power = exponential(load(values + i) * all(2.0F));
        store(values + i, all(1.0F) - all(2.0F) / (power + all(1.0F)));
    }
}

VT_TARGET void gate(float* values, const float* gates, std::size_t size) {
    for (std::size_t i = 0; i < size; i += lanes) {
        const Vector x = load(gates + i);
        const Vector silu = x / (all(1.0F) + exponential(-x));
        store(values + i, load(values + i) * silu);
    }
}

VT_TARGET void add(float* into, const float* values, std::size_t size) {
    for (std::size_t i = 0; i < size; i += lanes)
        store(into + i, load(into + i) + load(values + i));
}

VT_TARGET std::size_t greatest(const float* values, std::size_t size) {
    Vector top = load(values);
    for (std::size_t i = lanes; i < size; i += lanes) {
        const Vector value = load(values + i);
        top = value > top ? value : top;
    }
    float most = top[0];
    for (std::size_t lane = 1; lane < lanes; ++lane)
        most = top[lane] > most ? top[lane] : most;
    std::size_t index = 0;
    while (index + 1 < size && !(values[index] == most))
        ++index;
    return index;
}

#undef VT_INLINE

}  // namespace VT_NAMESPACE
