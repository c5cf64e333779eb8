// What both halves of a transformer do with queries, keys and values: rotation by position, the layout that the kernels
// take, attention itself. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <type_traits>
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

/// What attention needs in between, to be used again.
struct AttentionRoom {
    std::vector<float> floats;
    std::vector<BFloat> rounded;
};

/// The keys and values of one sequence, head by head in the layout of the kernels: keys as a matrix from a query to its
/// scores, values as one from shares to the result. `Value` is float, or BFloat, which is quicker for many queries and
/// keeps fewer bits of queries, keys, values and shares; its head width is even.
template <class Value>
class KeysAndValues {
  public:
    /// With room for `capacity` positions; more make it grow.
    KeysAndValues(std::size_t heads, std::size_t head_width, std::size_t capacity);
    /// Appends one position; `keys` and `values` hold the heads after each other.
    void append(const Value* keys, const Value* values);
    /// Fills an empty one with as many positions as it has room for; in `keys` and `values` they follow each other.
    void fill(const Value* keys, const Value* values, std::size_t positions)
        requires std::is_same_v<Value, BFloat>;
    [[nodiscard]] std::size_t size() const { return size_; }
    /// out = softmax(queries x keys) x values, for queries of all heads that begin `step` values after each other, as
    /// the results do.
    void attend(const MatrixKernels& kernels, const Value* queries, std::size_t step, std::size_t rows,
                AttentionRoom& room, float* out) const;
    /// Adds what one head gives each position, for one query of that head's width: size() shares of one.
    void add_shares(const MatrixKernels& kernels, const Value* query, std::size_t head, AttentionRoom& room,
                    float* into) const;

  private:
    void grow();
    [[nodiscard]] const Value* keys_of(std::size_t head) const { return keys_.data() + head * capacity_ * width_; }
    [[nodiscard]] const Value* values_of(std::size_t head) const {
        return values_.data() + head * value_lines_ * capacity_ * line_floats;
    }
    void score(const MatrixKernels& kernels, std::size_t head, const Value* queries, std::size_t step, std::size_t rows,
               float* scores) const;
    void mix(const MatrixKernels& kernels, std::size_t head, float* shares, std::size_t rows, AttentionRoom& room,
             float* results) const;

    std::size_t heads_;
    std::size_t width_;
    std::size_t value_lines_;
    std::size_t capacity_;  // whole lines
    std::size_t size_ = 0;
    std::vector<Value> keys_;    // [head][line of positions][width][position in the line]; pairs of the width together
    std::vector<Value> values_;  // [head][line of the width][position][value in the line]; pairs of positions together
};

}  // namespace speech
