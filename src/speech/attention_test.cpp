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
        double shares = 0;
        double result = 0;
        for (std::size_t position = 0; position < positions; ++position) {
            double score = 0;
            for (std::size_t k = 0; k < width; ++k)
                score += at(queries, row, head, k) * at(keys, position, head, k);
            shares += std::exp(score);
            result += std::exp(score) * at(values, position, head, i);
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
    std::vector<float> room;
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
        KeysAndValues<float> sequence(given.heads, given.width, given.positions);
        const std::size_t positions = given.positions;
        std::vector<float> room;
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

TEST(Attention, HalvesAreNearTheFloats) {
    const MatrixKernels& kernels = matrix_kernels().front();
    const std::size_t heads = 2;
    const std::size_t width = 24;
    RandomValues random(5);
    KeysAndValues<Half> sequence(heads, width, 50);
    Case given{heads, width, 50, 1, random.floats(2400), random.floats(2400), random.floats(48)};
    std::vector<Half> keys(2400);
    std::vector<Half> values(2400);
    kernels.narrow(given.keys.data(), 2400, keys.data());
    kernels.narrow(given.values.data(), 2400, values.data());
    for (std::size_t position = 0; position < 50; ++position)
        sequence.append(keys.data() + position * 48, values.data() + position * 48);
    std::vector<float> room;
    std::vector<float> out(48);
    sequence.attend(kernels, given.queries.data(), 48, 1, room, out.data());
    for (std::size_t i = 0; i < width; ++i)
        EXPECT_NEAR(given.at(out, 0, 1, i), given.expected(0, 1, i), 2e-3);
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
