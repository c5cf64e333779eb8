#include "speech/voice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace speech {
namespace {

constexpr int steps = 127;
constexpr int zero = 128;

}  // namespace

std::vector<std::uint8_t> voice_bytes(std::span<const float> vector) {
    float largest = 0;
    for (const float value : vector)
        largest = std::max(largest, std::abs(value));
    std::vector<std::uint8_t> bytes(vector.size(), zero);
    if (largest == 0) return bytes;
    std::ranges::transform(vector, bytes.begin(), [largest](float value) {
        return static_cast<std::uint8_t>(zero + std::lround(steps * value / largest));
    });
    return bytes;
}

std::vector<float> unit_vector(std::span<const std::uint8_t> bytes) {
    std::int64_t squares = 0;
    for (const int byte : bytes)
        squares += (byte - zero) * (byte - zero);
    const double length = squares == 0 ? 1 : std::sqrt(static_cast<double>(squares));
    std::vector<float> vector(bytes.size());
    std::ranges::transform(bytes, vector.begin(),
                           [length](int byte) { return static_cast<float>((byte - zero) / length); });
    return vector;
}

}  // namespace speech
