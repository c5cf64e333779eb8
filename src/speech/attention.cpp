#include "speech/attention.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace speech {
namespace {

constexpr std::size_t rows_at_once = 24;  // of scores, so that they stay near; whole tiles of every kernel

std::size_t lines_of(std::size_t size) {
    return (size + line_floats - 1) / line_floats;
}

// Where input `input` of output `place` of a line is.
template <class Value>
std::size_t in_line(std::size_t input, std::size_t place) {
    if constexpr (std::is_same_v<Value, BFloat>)
        return (input / 2 * line_floats + place) * 2 + input % 2;
    else
        return input * line_floats + place;
}

void multiply(const MatrixKernels& kernels, const float* lines, std::size_t lines_step, std::size_t inputs,
              std::size_t count, const float* in, std::size_t in_step, std::size_t rows, float* out,
              std::size_t out_step) {
    kernels.multiply_lines(lines, lines_step, inputs, count, in, in_step, rows, out, out_step);
}

void multiply(const MatrixKernels& kernels, const BFloat* lines, std::size_t lines_step, std::size_t inputs,
              std::size_t count, const BFloat* in, std::size_t in_step, std::size_t rows, float* out,
              std::size_t out_step) {
    kernels.multiply_pair_lines(lines, lines_step, inputs, count, in, in_step, rows, out, out_step);
}

}  // namespace

Rotary::Rotary(std::span<const float> frequencies, std::size_t positions) : pairs_(frequencies.size()) {
    cosines_.reserve(positions * pairs_);
    sines_.reserve(positions * pairs_);
    for (std::size_t position = 0; position < positions; ++position) {
        for (const float frequency : frequencies) {
            const double angle = static_cast<float>(position) * frequency;
            cosines_.push_back(static_cast<float>(std::cos(angle)));
            sines_.push_back(static_cast<float>(std::sin(angle)));
        }
    }
}

void Rotary::turn(float* row, std::size_t heads, std::size_t head_width, std::size_t position) const {
    const float* cosines = cosines_.data() + position * pairs_;
    const float* sines = sines_.data() + position * pairs_;
    for (std::size_t head = 0; head < heads; ++head, row += head_width) {
        for (std::size_t pair = 0; pair < pairs_; ++pair) {
            const float even = row[2 * pair];
            const float odd = row[2 * pair + 1];
            row[2 * pair] = even * cosines[pair] - odd * sines[pair];
            row[2 * pair + 1] = odd * cosines[pair] + even * sines[pair];
        }
    }
}

template <class Value>
KeysAndValues<Value>::KeysAndValues(std::size_t heads, std::size_t head_width, std::size_t capacity)
    : heads_(heads),
      width_(head_width),
      value_lines_(lines_of(head_width)),
      capacity_(lines_of(capacity) * line_floats),
      keys_(heads * capacity_ * head_width),
      values_(heads * value_lines_ * capacity_ * line_floats) {}

template <class Value>
void KeysAndValues<Value>::append(const Value* keys, const Value* values) {
    if (size_ == capacity_) grow();
    const std::size_t line = size_ / line_floats * line_floats;
    for (std::size_t head = 0; head < heads_; ++head) {
        Value* key = keys_.data() + (head * capacity_ + line) * width_;
        Value* value = values_.data() + head * value_lines_ * capacity_ * line_floats;
        for (std::size_t i = 0; i < width_; ++i) {
            key[in_line<Value>(i, size_ % line_floats)] = keys[head * width_ + i];
            value[i / line_floats * capacity_ * line_floats + in_line<Value>(size_, i % line_floats)] =
                values[head * width_ + i];
        }
    }
    ++size_;
}

// Pair by pair, as they lie in the layout: of a key's values, and of neighbouring positions' values.
template <class Value>
void KeysAndValues<Value>::fill(const Value* keys, const Value* values, std::size_t positions)
    requires std::is_same_v<Value, BFloat>
{
    const std::size_t step = heads_ * width_;
    for (std::size_t head = 0; head < heads_; ++head) {
        for (std::size_t position = 0; position < positions; ++position) {
            const BFloat* key = keys + position * step + head * width_;
            BFloat* line = keys_.data() + (head * capacity_ + position / line_floats * line_floats) * width_;
            for (std::size_t i = 0; i < width_; i += 2)
                std::copy_n(key + i, 2, line + in_line<BFloat>(i, position % line_floats));
        }
        for (std::size_t first = 0; first < width_; first += line_floats) {
            const std::size_t count = std::min(line_floats, width_ - first);
            BFloat* line = values_.data() + (head * value_lines_ * line_floats + first) * capacity_;
            const BFloat* value = values + head * width_ + first;
            for (std::size_t position = 0; position < positions; ++position) {
                for (std::size_t i = 0; i < count; ++i)
                    line[in_line<BFloat>(position, i)] = value[position * step + i];
            }
        }
    }
    size_ = positions;
}

// Twice the room, so that what is copied stays in proportion to what is appended.
template <class Value>
void KeysAndValues<Value>::grow() {
    KeysAndValues larger(heads_, width_, 2 * capacity_);
    for (std::size_t head = 0; head < heads_; ++head)
        std::copy_n(keys_of(head), capacity_ * width_, larger.keys_.data() + head * larger.capacity_ * width_);
    const std::size_t line = capacity_ * line_floats;
    for (std::size_t i = 0; i < heads_ * value_lines_; ++i)
        std::copy_n(values_.data() + i * line, line, larger.values_.data() + i * larger.capacity_ * line_floats);
    larger.size_ = size_;
    *this = std::move(larger);
}

template <class Value>
void KeysAndValues<Value>::attend(const MatrixKernels& kernels, const Value* queries, std::size_t step,
                                  std::size_t rows, AttentionRoom& room, float* out) const {
    const std::size_t result_step = value_lines_ * line_floats;
    const std::size_t most = std::min(rows, rows_at_once);
    room.floats.resize(std::max(room.floats.size(), most * (capacity_ + result_step)));
    float* scores = room.floats.data();
    float* results = scores + most * capacity_;
    for (std::size_t head = 0; head < heads_; ++head) {
        for (std::size_t row = 0; row < rows; row += most) {
            const std::size_t count = std::min(most, rows - row);
            score(kernels, head, queries + row * step + head * width_, step, count, scores);
            mix(kernels, head, scores, count, room, results);
            for (std::size_t i = 0; i < count; ++i)
                std::copy_n(results + i * result_step, width_, out + (row + i) * step + head * width_);
        }
    }
}

// What one head gives each position, as shares of one.
template <class Value>
void KeysAndValues<Value>::score(const MatrixKernels& kernels, std::size_t head, const Value* queries, std::size_t step,
                                 std::size_t rows, float* scores) const {
    multiply(kernels, keys_of(head), width_ * line_floats, width_, lines_of(size_), queries, step, rows, scores,
             capacity_);
    kernels.softmax(scores, capacity_, rows, size_);
}

template <>
void KeysAndValues<float>::mix(const MatrixKernels& kernels, std::size_t head, float* shares, std::size_t rows,
                               AttentionRoom&, float* results) const {
    multiply(kernels, values_of(head), capacity_ * line_floats, size_, value_lines_, shares, capacity_, rows, results,
             value_lines_ * line_floats);
}

// The position after an odd number of them has no values yet, so that its share adds nothing.
template <>
void KeysAndValues<BFloat>::mix(const MatrixKernels& kernels, std::size_t head, float* shares, std::size_t rows,
                                AttentionRoom& room, float* results) const {
    room.rounded.resize(std::max(room.rounded.size(), rows * capacity_));
    for (std::size_t row = 0; row < rows; ++row)
        kernels.round(shares + row * capacity_, lines_of(size_) * line_floats, room.rounded.data() + row * capacity_);
    multiply(kernels, values_of(head), capacity_ * line_floats, (size_ + 1) / 2 * 2, value_lines_, room.rounded.data(),
             capacity_, rows, results, value_lines_ * line_floats);
}

template <class Value>
void KeysAndValues<Value>::add_shares(const MatrixKernels& kernels, const Value* query, std::size_t head,
                                      AttentionRoom& room, float* into) const {
    room.floats.resize(std::max(room.floats.size(), capacity_));
    score(kernels, head, query, width_, 1, room.floats.data());
    for (std::size_t position = 0; position < size_; ++position)
        into[position] += room.floats[position];
}

template class KeysAndValues<float>;
template class KeysAndValues<BFloat>;

}  // namespace speech
