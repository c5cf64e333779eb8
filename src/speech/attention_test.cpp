#include "speech/attention.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

struct Case {
    std::size_t heads;
    std::size_t width;  // of a head
    std::size_t positions;
    std::size_t rows;
    std::vector<float> keys;  // [position][head][width]
    std::vector<float> values;
    std::vector<float> queries;  // [row][head][width]

    [[nodiscard]] double at(const std::vector<float>& of, std::size_t row, std::size_t head, std::size_t i) const {
        return static_cast<double>(of[(row * heads + head) * width + i]);
    }
    // Value `i` of one head's result for one query, from the definition.
    [[nodiscard]] double expected(std::size_t row, std::size_t head, std::size_t i) const {
        return mixed(row, head, i, [](double value) { return value; });
    }
    // The same of the values' sizes: what a rounding of the shares is a part of.
    [[nodiscard]] double size(std::size_t row, std::size_t head, std::size_t i) const {
        return mixed(row, head, i, [](double value) { return std::abs(value); });
    }
    template <class Of>
    [[nodiscard]] double mixed(std::size_t row, std::size_t head, std::size_t i, Of of) const {
        double shares = 0;
        double result = 0;
        for (std::size_t position = 0; position < positions; ++position) {
            double score = 0;
            for (std::size_t k = 0; k < width; ++k)
                score += at(queries, row, head, k) * at(keys, position, head, k);
            shares += std::exp(score);
            result += std::exp(score) * of(at(values, position, head, i));
        }
        return result / shares;
    }
};

Case random_case(unsigned seed) {
    RandomValues random(seed);
    Case given{random.count(1, 4), random.count(1, 40), random.count(1, 70), random.count(1, 30), {}, {}, {}};
    const std::size_t row = given.heads * given.width;
    given.keys = random.floats(given.positions * row);
    given.values = random.floats(given.positions * row);
    given.queries = random.floats(given.rows * row);
    return given;
}

std::vector<float> attend(const Case& given, const MatrixKernels& kernels) {
    const std::size_t row = given.heads * given.width;
    KeysAndValues<float> sequence(given.heads, given.width, given.positions);
    for (std::size_t position = 0; position < given.positions; ++position)
        sequence.append(given.keys.data() + position * row, given.values.data() + position * row);
    AttentionRoom room;
    std::vector<float> out(given.rows * row);
    sequence.attend(kernels, given.queries.data(), row, given.rows, room, out.data());
    return out;
}

TEST(Attention, IsWhatItsDefinitionSays) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        const Case given = random_case(seed);
        const std::vector<float> out = attend(given, matrix_kernels().front());
        for (std::size_t row = 0; row < given.rows; ++row) {
            for (std::size_t head = 0; head < given.heads; ++head) {
                const double expected = given.expected(row, head, 0);
                ASSERT_NEAR(given.at(out, row, head, 0), expected, 1e-5) << "seed " << seed;
                ASSERT_NEAR(given.at(out, row, head, given.width - 1), given.expected(row, head, given.width - 1), 1e-5)
                    << "seed " << seed;
            }
        }
        for (const MatrixKernels& kernels : matrix_kernels())
            ASSERT_EQ(attend(given, kernels), out) << kernels.instructions << ", seed " << seed;
    }
}

// What a decoder does: a position more at every step, and one query.
TEST(Attention, ASequenceThatGrowsGivesTheBitsOfOneMadeAtOnce) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        Case given = random_case(seed);
        given.rows = 1;
        const std::size_t row = given.heads * given.width;
        KeysAndValues<float> sequence(given.heads, given.width, 1);
        const std::size_t positions = given.positions;
        AttentionRoom room;
        for (given.positions = 1; given.positions <= positions; ++given.positions) {
            const std::size_t last = (given.positions - 1) * row;
            sequence.append(given.keys.data() + last, given.values.data() + last);
            std::vector<float> out(row);
            sequence.attend(matrix_kernels().front(), given.queries.data(), row, 1, room, out.data());
            std::vector<float> expected = attend(given, matrix_kernels().front());
            expected.resize(row);
            ASSERT_EQ(out, expected) << "seed " << seed << ", " << given.positions << " positions";
        }
    }
}

// What a case is for pairs: an even width, and nothing that is lost when it is rounded.
Case random_rounded_case(unsigned seed) {
    RandomValues random(seed);
    Case given{random.count(1, 4), 2 * random.count(1, 20), random.count(1, 70), random.count(1, 30), {}, {}, {}};
    const std::size_t row = given.heads * given.width;
    for (auto [values, rows] :
         {std::pair(&given.keys, given.positions), {&given.values, given.positions}, {&given.queries, given.rows}}) {
        *values = random.floats(rows * row);
        for (float& value : *values)
            value = std::round(value * 64) / 64;
    }
    return given;
}

std::vector<BFloat> rounded(const MatrixKernels& kernels, std::vector<float> values) {
    values.resize((values.size() + line_floats - 1) / line_floats * line_floats);
    std::vector<BFloat> result(values.size());
    kernels.round(values.data(), values.size(), result.data());
    return result;
}

std::vector<float> attend_rounded(const Case& given, const MatrixKernels& kernels) {
    const std::size_t row = given.heads * given.width;
    KeysAndValues<BFloat> sequence(given.heads, given.width, 1);
    const std::vector<BFloat> keys = rounded(kernels, given.keys);
    const std::vector<BFloat> values = rounded(kernels, given.values);
    for (std::size_t position = 0; position < given.positions; ++position)
        sequence.append(keys.data() + position * row, values.data() + position * row);
    AttentionRoom room;
    std::vector<float> out(given.rows * row);
    sequence.attend(kernels, rounded(kernels, given.queries).data(), row, given.rows, room, out.data());
    return out;
}

// Only the shares are rounded then, each by one part in 256 at most.
TEST(Attention, OfPairsIsNearItsDefinition) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        const Case given = random_rounded_case(seed);
        const std::vector<float> out = attend_rounded(given, matrix_kernels().front());
        for (std::size_t row = 0; row < given.rows; ++row) {
            for (std::size_t head = 0; head < given.heads; ++head) {
                for (const std::size_t i : {std::size_t{0}, given.width - 1})
                    ASSERT_NEAR(given.at(out, row, head, i), given.expected(row, head, i),
                                given.size(row, head, i) / 256 + 1e-5)
                        << "seed " << seed;
            }
        }
        for (const MatrixKernels& kernels : matrix_kernels())
            ASSERT_EQ(attend_rounded(given, kernels), out) << kernels.instructions << ", seed " << seed;
    }
}

TEST(Attention, ASequenceFilledAtOnceGivesTheBitsOfOneThatGrew) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        const Case given = random_rounded_case(seed);
        const MatrixKernels& kernels = matrix_kernels().front();
        const std::size_t row = given.heads * given.width;
        KeysAndValues<BFloat> sequence(given.heads, given.width, given.positions);
        sequence.fill(rounded(kernels, given.keys).data(), rounded(kernels, given.values).data(), given.positions);
        ASSERT_EQ(sequence.size(), given.positions);
        AttentionRoom room;
        std::vector<float> out(given.rows * row);
        sequence.attend(kernels, rounded(kernels, given.queries).data(), row, given.rows, room, out.data());
        ASSERT_EQ(out, attend_rounded(given, kernels)) << "seed " << seed;
    }
}

TEST(Attention, OfPairsDoesNotDependOnTheOtherQueries) {
    for (unsigned seed = 0; seed < 300; ++seed) {
        Case given = random_rounded_case(seed);
        const std::vector<float> all = attend_rounded(given, matrix_kernels().front());
        const auto row = static_cast<std::ptrdiff_t>(given.heads * given.width);
        given.queries.erase(given.queries.begin(), given.queries.end() - row);
        given.rows = 1;
        EXPECT_EQ(attend_rounded(given, matrix_kernels().front()), std::vector(all.end() - row, all.end()))
            << "seed " << seed;
    }
}

TEST(Rotary, TurnsPairsByTheirPositionAndLeavesTheRest) {
    const std::vector<float> frequencies = {1.0F, 0.1F};
    const Rotary rotary(frequencies, 8);
    std::vector<float> row = {1, 0, 0, 1, 7, 8, /* next head */ 0, 2, 1, 0, 9, 10};
    rotary.turn(row.data(), 2, 6, 3);
    const std::vector<double> expected = {std::cos(3.0),      std::sin(3.0),     -std::sin(0.3), std::cos(0.3), 7, 8,
                                          -2 * std::sin(3.0), 2 * std::cos(3.0), std::cos(0.3),  std::sin(0.3), 9, 10};
    for (std::size_t i = 0; i < row.size(); ++i)
        EXPECT_NEAR(static_cast<double>(row[i]), expected[i], 1e-6) << i;
}

}  // namespace
}  // namespace speech
