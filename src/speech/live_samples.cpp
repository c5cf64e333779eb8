#include "speech/live_samples.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <string>

namespace speech {
namespace {

struct Row {
    SampleEncoding encoding;
    std::string_view name;
    std::size_t size_bytes;
};
constexpr std::array rows{Row{SampleEncoding::pcm_s16le, "pcm_s16le", 2},
                          Row{SampleEncoding::pcm_f32le, "pcm_f32le", 4}, Row{SampleEncoding::mulaw, "mulaw", 1}};

constexpr float full_scale = 32768;

// ITU-T G.711, table 2a: the bits are inverted; sign, three of the segment, four of the step; 33 is the bias, all of it
// four times as large as there, in units of 16 bits.
float from_mulaw(unsigned byte) {
    const unsigned bits = ~byte & 0xFFU;
    const unsigned magnitude = (((bits & 0x0FU) << 3U) + 0x84U) << ((bits & 0x70U) >> 4U);
    const auto value = static_cast<float>(static_cast<int>(magnitude) - 0x84) / full_scale;
    return (bits & 0x80U) != 0 ? -value : value;
}

std::uint32_t little_endian(std::span<const std::byte> bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::to_integer<std::uint32_t>(bytes[i]) << (8 * i);
    return value;
}

float sample_of(SampleEncoding encoding, std::span<const std::byte> bytes) {
    const std::uint32_t bits = little_endian(bytes);
    if (encoding == SampleEncoding::mulaw) return from_mulaw(bits);
    if (encoding == SampleEncoding::pcm_s16le)
        return static_cast<float>(static_cast<std::int16_t>(static_cast<std::uint16_t>(bits))) / full_scale;
    const auto value = std::bit_cast<float>(bits);
    return std::isfinite(value) ? std::clamp(value, -1.0F, 1.0F) : 0.0F;
}

}  // namespace

base::Result<SampleEncoding> parse_sample_encoding(std::string_view name) {
    std::string known;
    for (const Row& row : rows) {
        if (row.name == name) return row.encoding;
        known.append(known.empty() ? "" : ", ").append(row.name);
    }
    return base::fail(base::ErrorCode::invalid_argument, "\"encoding\" must be one of " + known);
}

std::size_t bytes_a_sample(SampleEncoding encoding) {
    return std::ranges::find(rows, encoding, &Row::encoding)->size_bytes;
}

std::vector<float> LiveSamples::push(std::span<const std::byte> bytes) {
    const std::size_t size = bytes_a_sample(encoding_);
    std::vector<float> samples;
    samples.reserve((begun_.size() + bytes.size()) / size);
    while (!begun_.empty() && !bytes.empty()) {
        begun_.push_back(bytes.front());
        bytes = bytes.subspan(1);
        if (begun_.size() < size) continue;
        samples.push_back(sample_of(encoding_, begun_));
        begun_.clear();
    }
    for (; bytes.size() >= size; bytes = bytes.subspan(size))
        samples.push_back(sample_of(encoding_, bytes.first(size)));
    begun_.insert(begun_.end(), bytes.begin(), bytes.end());
    return samples;
}

}  // namespace speech
