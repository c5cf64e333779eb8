// The bytes of a live stream as samples: what microphones (PCM) and telephony (G.711 mu-law) send, one channel. Bytes
// may be cut anywhere. Pure; a stream's object belongs to one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace speech {

enum class SampleEncoding : std::uint8_t {
    pcm_s16le,  // 16-bit integers, little-endian, as FFmpeg scales them: 32768 is 1
    pcm_f32le,  // 32-bit floats, little-endian; what is no number is silence
    mulaw,      // ITU-T G.711, mu-law, a byte a sample
};

/// From "pcm_s16le", "pcm_f32le", "mulaw". Errors: invalid_argument, with the list.
base::Result<SampleEncoding> parse_sample_encoding(std::string_view name);
std::size_t bytes_a_sample(SampleEncoding encoding);

class LiveSamples {
  public:
    explicit LiveSamples(SampleEncoding encoding) : encoding_(encoding) {}
    /// The samples that are complete with these bytes.
    [[nodiscard]] std::vector<float> push(std::span<const std::byte> bytes);
    /// Whether the last sample lacks bytes.
    [[nodiscard]] bool inside_sample() const { return !begun_.empty(); }

  private:
    SampleEncoding encoding_;
    std::vector<std::byte> begun_;  // of a sample that is not complete
};

}  // namespace speech
