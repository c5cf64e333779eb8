#include "speech/matrix.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

constexpr unsigned cases = 1500;

struct Product {
    PackedMatrix matrix;
    std::vector<float> in;
    std::size_t in_step = 0;
    std::size_t rows = 0;

    [[nodiscard]] std::vector<float> by(const MatrixKernels& kernels) const {
        const std::size_t step = matrix.lines() * line_floats;
        std::vector<float> out(rows * step);
        kernels.multiply(matrix, 0, matrix.lines(), in.data(), in_step, rows, out.data(), step);
        return out;
    }
};

double plain(const MatrixValues& matrix, std::size_t input, std::size_t output) {
    return static_cast<double>(matrix.values[input * matrix.outputs + output]);
}

double plain(const ByteMatrixValues& matrix, std::size_t input, std::size_t output) {
    return (matrix.values[input * matrix.outputs + output] - matrix.zero) * static_cast<double>(matrix.scale);
}

// What `product` must be, from the definition.
void expect_product(const Product& product, const MatrixValues& matrix, const std::vector<float>& bias) {
    for (const MatrixKernels& kernels : matrix_kernels()) {
        const std::vector<float> out = product.by(kernels);
        const std::size_t step = product.matrix.lines() * line_floats;
        for (std::size_t row = 0; row < product.rows; ++row) {
            for (std::size_t output = 0; output < matrix.outputs; ++output) {
                double sum = static_cast<double>(bias[output]);
                for (std::size_t i = 0; i < matrix.inputs; ++i)
                    sum += static_cast<double>(product.in[row * product.in_step + i]) * plain(matrix, i, output);
                ASSERT_NEAR(static_cast<double>(out[row * step + output]), sum, 2e-4) << kernels.instructions;
            }
        }
    }
}

TEST(Matrix, MultipliesFloatsAsTheDefinitionDoes) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomValues random(seed);
        const std::size_t inputs = random.count(1, 70);
        const std::size_t outputs = random.count(1, 90);
        const MatrixValues matrix = random.matrix(inputs, outputs);
        const std::vector<float> bias = random.floats(outputs);
        Product product{.matrix = PackedMatrix(matrix, bias), .in = {}, .in_step = 0, .rows = random.count(1, 19)};
        product.in_step = inputs + random.count(0, 9);
        product.in = random.floats(product.rows * product.in_step);
        expect_product(product, matrix, bias);
        if (testing::Test::HasFatalFailure()) return;
    }
}

// Rows one by one, with the kernels of another instruction set, give the same bits as all at once.
TEST(Matrix, GivesTheSameBitsForAnyBatchAndInstructionSet) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const std::size_t inputs = random.count(1, 300);
        Product all{.matrix = PackedMatrix(random.matrix(inputs, random.count(1, 200))),
                    .in = {},
                    .in_step = inputs,
                    .rows = random.count(1, 40)};
        all.in = random.floats(all.rows * inputs);
        const std::vector<float> expected = all.by(matrix_kernels().front());
        const std::size_t step = all.matrix.lines() * line_floats;
        const std::size_t row = random.count(0, all.rows - 1);
        const Product one{
            all.matrix, {all.in.begin() + static_cast<std::ptrdiff_t>(row * inputs), all.in.end()}, inputs, 1};
        for (const MatrixKernels& kernels : matrix_kernels()) {
            ASSERT_EQ(std::memcmp(one.by(kernels).data(), expected.data() + row * step, step * sizeof(float)), 0)
                << kernels.instructions << ", seed " << seed;
        }
    }
}

TEST(Matrix, TransposedIsTheMatrixTheOtherWayRound) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const ByteMatrixValues matrix = random.byte_matrix(random.count(1, 90), random.count(1, 40), 0.01F);
        ByteMatrixValues turned{matrix.outputs, matrix.inputs, matrix.values, matrix.scale, matrix.zero};
        for (std::size_t i = 0; i < matrix.values.size(); ++i)
            turned.values[i % matrix.outputs * matrix.inputs + i / matrix.outputs] = matrix.values[i];
        const ByteMatrix expected(turned);
        const ByteMatrix transposed = ByteMatrix::transposed(matrix);
        ASSERT_EQ(transposed.lines(), expected.lines());
        ASSERT_TRUE(std::ranges::equal(transposed.bytes(), expected.bytes()));
        const std::size_t output = random.count(0, matrix.inputs - 1);
        std::vector<float> weights(transposed.inputs());
        transposed.weights_of(output, weights.data());
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const int value = int{matrix.values[output * matrix.outputs + i]} - int{matrix.zero};
            ASSERT_EQ(weights[i], static_cast<float>(value) * matrix.scale) << "seed " << seed;
        }
    }
}

TEST(Matrix, MultipliesOnlyTheLinesThatAreAskedFor) {
    RandomValues random(1);
    const PackedMatrix matrix(random.matrix(20, 64));
    const std::vector<float> in = random.floats(20);
    const MatrixKernels& kernels = matrix_kernels().front();
    std::vector<float> all(64);
    std::vector<float> some(32, -1.0F);
    kernels.multiply(matrix, 0, 4, in.data(), 20, 1, all.data(), 64);
    kernels.multiply(matrix, 2, 1, in.data(), 20, 1, some.data(), 32);
    EXPECT_TRUE(std::equal(all.begin() + 32, all.begin() + 48, some.begin()));
    EXPECT_TRUE(std::all_of(some.begin() + 16, some.end(), [](float value) { return value == -1.0F; }));
}

struct PairedProduct {
    PairedMatrix matrix;
    std::vector<float> in;
    std::size_t in_step = 0;
    std::size_t rows = 0;

    [[nodiscard]] std::vector<BFloat> rounded(const MatrixKernels& kernels) const {
        std::vector<BFloat> values(in.size());
        kernels.round(in.data(), in.size(), values.data());
        return values;
    }
    [[nodiscard]] std::vector<float> by(const MatrixKernels& kernels) const {
        const std::size_t step = matrix.lines() * line_floats;
        std::vector<float> out(rows * step);
        kernels.multiply_pairs(matrix, rounded(kernels).data(), in_step, rows, out.data(), step);
        return out;
    }
};

double as_double(BFloat value) {
    return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16U));
}

PairedProduct random_pairs(RandomValues& random, const ByteMatrixValues& matrix, const std::vector<float>& bias) {
    PairedProduct product{
        .matrix = PairedMatrix(matrix, bias), .in = {}, .in_step = matrix.inputs, .rows = random.count(1, 40)};
    if (random.count(0, 3) == 0) product.in_step = 2 * random.count(1, 40);  // rows that overlap, or have room between
    const std::size_t size = (product.rows - 1) * product.in_step + matrix.inputs;
    product.in = random.floats((size + line_floats - 1) / line_floats * line_floats);
    // From 2^-90 to 2^20, and some zeros.
    for (float& value : product.in)
        value = random.count(0, 9) == 0 ? 0.0F : std::ldexp(value, static_cast<int>(random.count(0, 110)) - 90);
    return product;
}

TEST(Matrix, MultipliesPairsAsTheDefinitionDoes) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const auto matrix = random.byte_matrix(2 * random.count(1, 35), random.count(1, 90), 0.01F);
        const std::vector<float> bias = random.floats(matrix.outputs);
        const PairedProduct product = random_pairs(random, matrix, bias);
        const std::vector<BFloat> rounded = product.rounded(matrix_kernels().front());
        const std::vector<float> out = product.by(matrix_kernels().front());
        for (std::size_t row = 0; row < product.rows; ++row) {
            for (std::size_t output = 0; output < matrix.outputs; ++output) {
                double sum = static_cast<double>(bias[output]);
                double size = 1;
                for (std::size_t i = 0; i < matrix.inputs; ++i) {
                    const double term = as_double(rounded[row * product.in_step + i]) * plain(matrix, i, output);
                    sum += term;
                    size += std::abs(term);
                }
                const float value = out[row * product.matrix.lines() * line_floats + output];
                ASSERT_NEAR(static_cast<double>(value), sum, 1e-5 * size) << "seed " << seed;
            }
        }
    }
}

TEST(Matrix, PairsGiveTheSameBitsForAnyBatchAndInstructionSet) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const auto matrix = random.byte_matrix(2 * random.count(1, 150), random.count(1, 200), 0.02F);
        const PairedProduct all = random_pairs(random, matrix, random.floats(matrix.outputs));
        const std::vector<float> expected = all.by(matrix_kernels().front());
        const std::size_t step = all.matrix.lines() * line_floats;
        const std::size_t row = random.count(0, all.rows - 1);
        PairedProduct one{all.matrix, {}, all.in_step, 1};
        one.in.assign(all.in.begin() + static_cast<std::ptrdiff_t>(row * all.in_step), all.in.end());
        one.in.resize((one.in.size() + line_floats - 1) / line_floats * line_floats);
        for (const MatrixKernels& kernels : matrix_kernels()) {
            ASSERT_EQ(std::memcmp(one.by(kernels).data(), expected.data() + row * step, step * sizeof(float)), 0)
                << kernels.instructions << ", seed " << seed;
        }
    }
}

TEST(Matrix, BytesGiveTheBitsOfPairs) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const auto values = random.byte_matrix(2 * random.count(1, 150), random.count(1, 200), 0.02F);
        const std::vector<float> bias = random.floats(values.outputs);
        const PairedProduct pairs = random_pairs(random, values, bias);
        const ByteMatrix matrix(values, bias);
        const std::size_t step = matrix.lines() * line_floats;
        for (const MatrixKernels& kernels : matrix_kernels()) {
            std::vector<float> out(pairs.rows * step);
            kernels.multiply_bytes(matrix, pairs.rounded(kernels).data(), pairs.in_step, pairs.rows, out.data(), step);
            ASSERT_EQ(out, pairs.by(kernels)) << kernels.instructions << ", seed " << seed;
        }
    }
}

TEST(Matrix, RoundsToTheNearestOfEightBits) {
    const std::vector<float> values = {1.0F,  -255.0F, 1.00390625F, 1.01171875F,   1.005F, 3.0e38F,
                                       -0.0F, 1e-19F,  -1.2e-19F,   0x1.010002p0F, 0.1F,   -0.3F,
                                       7.0F,  0.0F,    65537.0F,    1e-40F};
    const std::vector<float> nearest = {1.0F,      -255.0F,    1.0F, 1.015625F, 1.0078125F, 3.0041e38F, 0.0F,     0.0F,
                                        -1.2e-19F, 1.0078125F, 0.1F, -0.3F,     7.0F,       0.0F,       65536.0F, 0.0F};
    for (const MatrixKernels& kernels : matrix_kernels()) {
        std::vector<BFloat> rounded(values.size());
        kernels.round(values.data(), values.size(), rounded.data());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto expected = static_cast<double>(nearest[i]);
            ASSERT_NEAR(as_double(rounded[i]), expected, std::abs(expected) / 256) << kernels.instructions << ' ' << i;
        }
        EXPECT_EQ(as_double(rounded[2]), 1.0) << "half way: to the even one";
        EXPECT_EQ(as_double(rounded[3]), 1.015625) << "half way: to the even one";
        EXPECT_EQ(as_double(rounded[9]), 1.0078125) << "more than half way";
        EXPECT_EQ(static_cast<int>(rounded[7]), 0) << "too small";
    }
}

TEST(Matrix, RoundsAnyBitsAlike) {
    RandomValues random(5);
    std::vector<float> values(cases * line_floats);
    for (float& value : values) {
        const std::size_t bits = random.count(0, 0xFFFF) << 16U | random.count(0, 0xFFFF);
        value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (std::isnan(value)) value = 1;
    }
    std::vector<BFloat> first(values.size());
    matrix_kernels().back().round(values.data(), values.size(), first.data());
    for (const MatrixKernels& kernels : matrix_kernels()) {
        std::vector<BFloat> rounded(values.size());
        kernels.round(values.data(), values.size(), rounded.data());
        EXPECT_EQ(rounded, first) << kernels.instructions;
    }
}

// A function of single values against its definition, for every kernel; all must give the first's bits.
template <class Run, class Definition>
void check_function(Run run, Definition definition, float most, double tolerance) {
    RandomValues random(3);
    const std::vector<float> values = random.floats(4096, most);
    std::vector<float> first;
    for (const MatrixKernels& kernels : matrix_kernels()) {
        std::vector<float> out = values;
        run(kernels, out);
        for (std::size_t i = 0; i < out.size(); ++i) {
            ASSERT_NEAR(static_cast<double>(out[i]), definition(static_cast<double>(values[i])), tolerance)
                << kernels.instructions << " of " << values[i];
        }
        if (first.empty()) first = out;
        EXPECT_EQ(out, first) << kernels.instructions;
    }
}

TEST(Matrix, GeluIsWhatItsDefinitionSays) {
    const auto run = [](const MatrixKernels& kernels, std::vector<float>& values) {
        kernels.gelu(values.data(), values.size());
    };
    check_function(run, [](double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }, 6, 2e-6);
}

TEST(Matrix, TanhIsWhatItsDefinitionSays) {
    const auto run = [](const MatrixKernels& kernels, std::vector<float>& values) {
        kernels.tanh(values.data(), values.size());
    };
    check_function(run, [](double x) { return std::tanh(x); }, 50, 1e-6);
}

TEST(Matrix, GatesAreWhatTheirDefinitionSays) {
    const auto run = [](const MatrixKernels& kernels, std::vector<float>& values) {
        const std::vector<float> gates = values;
        std::ranges::fill(values, 2.0F);
        kernels.gate(values.data(), gates.data(), values.size());
    };
    check_function(run, [](double x) { return 2 * x / (1 + std::exp(-x)); }, 60, 2e-5);
}

TEST(Matrix, SoftmaxSharesOutOneAndFillsUpWithNothing) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const std::size_t size = random.count(1, 100);
        const std::size_t step = (size + line_floats - 1) / line_floats * line_floats;
        const std::vector<float> scores = random.floats(2 * step, 20);
        std::vector<float> first;
        for (const MatrixKernels& kernels : matrix_kernels()) {
            std::vector<float> shares = scores;
            kernels.softmax(shares.data(), step, 2, size);
            if (first.empty()) first = shares;
            ASSERT_EQ(shares, first) << kernels.instructions << ", seed " << seed;
        }
        for (std::size_t row = 0; row < 2; ++row) {
            double sum = 0;
            for (std::size_t i = 0; i < size; ++i)
                sum += std::exp(static_cast<double>(scores[row * step + i]));
            for (std::size_t i = 0; i < step; ++i) {
                const double share = i < size ? std::exp(static_cast<double>(scores[row * step + i])) / sum : 0;
                ASSERT_NEAR(static_cast<double>(first[row * step + i]), share, 1e-6) << "seed " << seed;
            }
        }
    }
}

TEST(Matrix, NormalisedRowsHaveNoMeanAndTheirWeights) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const std::size_t size = random.count(1, 20) * line_floats;
        std::vector<float> row = random.floats(size, 3);
        for (float& value : row)
            value += 5;
        const std::vector<float> weight = random.floats(size);
        double mean = 0;
        double square = 0;
        for (const float value : row)
            mean += static_cast<double>(value) / static_cast<double>(size);
        for (const float value : row)
            square += std::pow(static_cast<double>(value) - mean, 2) / static_cast<double>(size);
        std::vector<float> first;
        for (const MatrixKernels& kernels : matrix_kernels()) {
            std::vector<float> out(size);
            kernels.normalise(row.data(), size, 1, size, weight.data(), out.data());
            for (std::size_t i = 0; i < size; ++i) {
                const double expected = (static_cast<double>(row[i]) - mean) / std::sqrt(square + 1e-5);
                ASSERT_NEAR(static_cast<double>(out[i]), expected * static_cast<double>(weight[i]), 1e-5)
                    << kernels.instructions << ", seed " << seed;
            }
            if (first.empty()) first = out;
            ASSERT_EQ(out, first) << kernels.instructions << ", seed " << seed;
        }
    }
}

TEST(Matrix, TheFirstOfTheGreatestIsChosen) {
    for (const MatrixKernels& kernels : matrix_kernels()) {
        std::vector<float> values(64, -2.0F);
        values[41] = values[17] = -0.5F;
        EXPECT_EQ(kernels.greatest(values.data(), values.size()), 17U) << kernels.instructions;
        values[63] = 1.0F;
        EXPECT_EQ(kernels.greatest(values.data(), values.size()), 63U) << kernels.instructions;
    }
}

// Lines that stand alone, with more room between them than they take.
TEST(Matrix, LinesOfPairsMultiplyAsAMatrixOfThemDoes) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        RandomValues random(seed);
        const std::size_t inputs = 2 * random.count(1, 35);
        const std::size_t lines = random.count(1, 9);
        ByteMatrixValues values = random.byte_matrix(inputs, lines * line_floats, 1.0F);
        const PairedProduct product = random_pairs(random, values, {});
        const std::size_t line = inputs * line_floats;
        const std::size_t room = 2 * random.count(0, 20);
        std::vector<BFloat> apart(lines * (line + room));
        for (std::size_t i = 0; i < lines; ++i)
            std::copy_n(product.matrix.pairs() + i * line, line, apart.data() + i * (line + room));
        for (const MatrixKernels& kernels : matrix_kernels()) {
            std::vector<float> out(product.rows * lines * line_floats);
            kernels.multiply_pair_lines(apart.data(), line + room, inputs, lines, product.rounded(kernels).data(),
                                        product.in_step, product.rows, out.data(), lines * line_floats);
            ASSERT_EQ(out, product.by(kernels)) << kernels.instructions << ", seed " << seed;
        }
    }
}

TEST(Matrix, TheSlowestKernelsRunEverywhere) {
    EXPECT_EQ(matrix_kernels().back().instructions, "portable");
    for (const MatrixKernels& kernels : matrix_kernels())
        EXPECT_EQ(kernels.name, "bf16") << kernels.instructions;
}

}  // namespace
}  // namespace speech
