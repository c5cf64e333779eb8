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

template <class Value>
auto lines_kernel(const MatrixKernels& kernels) {
    if constexpr (std::is_same_v<Value, Half>)
        return kernels.multiply_half_lines;
    else
        return kernels.multiply_lines;
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
    const std::size_t line = size_ / line_floats * line_floats;
    const std::size_t place = size_ % line_floats;
    for (std::size_t head = 0; head < heads_; ++head) {
        Value* key = keys_.data() + (head * capacity_ + line) * width_ + place;
        for (std::size_t i = 0; i < width_; ++i)
            key[i * line_floats] = keys[head * width_ + i];
        Value* value = values_.data() + (head * value_lines_ * capacity_ + size_) * line_floats;
        for (std::size_t i = 0; i < width_; i += line_floats) {
            std::copy_n(values + head * width_ + i, std::min(line_floats, width_ - i), value + i * capacity_);
        }
    }
    ++size_;
}

template <class Value>
void KeysAndValues<Value>::attend(const MatrixKernels& kernels, const float* queries, std::size_t step,
                                  std::size_t rows, std::vector<float>& room, float* out) const {
    const auto multiply = lines_kernel<Value>(kernels);
    const std::size_t result_step = value_lines_ * line_floats;
    const std::size_t most = std::min(rows, rows_at_once);
    room.resize(most * (capacity_ + result_step));
    float* scores = room.data();
    float* results = room.data() + most * capacity_;
    for (std::size_t head = 0; head < heads_; ++head) {
        const Value* keys = keys_.data() + head * capacity_ * width_;
        const Value* values = values_.data() + head * value_lines_ * capacity_ * line_floats;
        for (std::size_t row = 0; row < rows; row += most) {
            const std::size_t count = std::min(most, rows - row);
            multiply(keys, width_ * line_floats, width_, lines_of(size_), queries + row * step + head * width_, step,
                     count, scores, capacity_);
            kernels.softmax(scores, capacity_, count, size_);
            multiply(values, capacity_ * line_floats, size_, value_lines_, scores, capacity_, count, results,
                     result_step);
            for (std::size_t i = 0; i < count; ++i)
                std::copy_n(results + i * result_step, width_, out + (row + i) * step + head * width_);
        }
    }
}

template <class Value>
void KeysAndValues<Value>::add_shares(const MatrixKernels& kernels, const float* query, std::size_t head,
                                      std::vector<float>& room, float* into) const {
    room.resize(std::max(room.size(), capacity_));
    lines_kernel<Value>(kernels)(keys_.data() + head * capacity_ * width_, width_ * line_floats, width_,
                                 lines_of(size_), query, width_, 1, room.data(), capacity_);
    kernels.softmax(room.data(), capacity_, 1, size_);
    for (std::size_t position = 0; position < size_; ++position)
        into[position] += room[position];
}

template class KeysAndValues<float>;
template class KeysAndValues<Half>;

}  // namespace speech
