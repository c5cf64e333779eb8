// What both halves of a transformer do with queries, keys and values: rotation by position, the layout that the kernels
// take, attention itself. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "speech/matrix.hpp"

namespace speech {

/// Turns neighbouring pairs of the first values of each head by their position. Made for one number of positions.
class Rotary {
  public:
    Rotary(std::span<const float> frequencies, std::size_t positions);
    /// `row` holds heads of `head_width` values after each other.
    void turn(float* row, std::size_t heads, std::size_t head_width, std::size_t position) const;

  private:
    std::size_t pairs_;
    std::vector<float> cosines_;  // position by position
    std::vector<float> sines_;
};

/// The keys and values of one sequence, head by head in the layout of MatrixKernels::multiply_lines: keys as a matrix
/// from a query to its scores, values as one from shares to the result. Sequences grow up to a capacity. `Value` is
/// float, or Half for what is read more often than it is worth holding whole.
template <class Value>
class KeysAndValues {
  public:
    KeysAndValues(std::size_t heads, std::size_t head_width, std::size_t capacity);
    /// Appends one position; `keys` and `values` hold the heads after each other.
    void append(const Value* keys, const Value* values);
    [[nodiscard]] std::size_t size() const { return size_; }
    /// out = softmax(queries x keys) x values, for queries of all heads that begin `step` floats after each other, as
    /// the results do. `room` is for the figures in between, to be used again.
    void attend(const MatrixKernels& kernels, const float* queries, std::size_t step, std::size_t rows,
                std::vector<float>& room, float* out) const;
    /// Adds what one head gives each position, for one query of that head's width: size() shares of one.
    void add_shares(const MatrixKernels& kernels, const float* query, std::size_t head, std::vector<float>& room,
                    float* into) const;

  private:
    std::size_t heads_;
    std::size_t width_;
    std::size_t value_lines_;
    std::size_t capacity_;  // whole lines
    std::size_t size_ = 0;
    std::vector<Value> keys_;    // [head][line of positions][width][position in the line]
    std::vector<Value> values_;  // [head][line of the width][position][value in the line]
};

}  // namespace speech
