// Random values for the tests of the engine's arithmetic, from a seed that failures print.
#pragma once
#include <algorithm>
#include <random>
#include <vector>

#include "speech/matrix.hpp"

namespace speech {

class RandomValues {
  public:
    explicit RandomValues(unsigned seed) : random_(seed) {}

    /// From `least` to `most`, both included.
    std::size_t count(std::size_t least, std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(least, most)(random_);
    }
    std::vector<float> floats(std::size_t size, float most = 1) {
        std::uniform_real_distribution<float> value(-most, most);
        std::vector<float> values(size);
        std::ranges::generate(values, [&] { return value(random_); });
        return values;
    }
    MatrixValues matrix(std::size_t inputs, std::size_t outputs, float most = 1) {
        return {inputs, outputs, floats(inputs * outputs, most)};
    }
    ByteMatrixValues byte_matrix(std::size_t inputs, std::size_t outputs, float scale) {
        ByteMatrixValues matrix{inputs, outputs, {}, scale, static_cast<std::uint8_t>(count(100, 156))};
        for (std::size_t i = 0; i < inputs * outputs; ++i)
            matrix.values.push_back(static_cast<std::uint8_t>(count(0, 255)));
        return matrix;
    }

  private:
    std::mt19937 random_;
};

}  // namespace speech
