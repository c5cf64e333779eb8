// From a stream's own sample rate to the platform's 16 kHz: a polyphase windowed sinc (Kaiser window), for live audio.
// (Media are resampled by FFmpeg, in the decoder's sandbox.) What lies above the lower of both Nyquist frequencies is
// 80 dB down; four fifths of that band pass unchanged. The same samples give the same output, however they are cut
// into blocks. 16 kHz passes as it is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"

namespace speech {

/// One stream's state; belongs to one thread. Memory: the filter (at most 500 KB) and the block pushed last.
class Resampler {
  public:
    /// `rate_hz` is 8000 to 48000, a multiple of 25 (which keeps the filter small). Errors: invalid_argument.
    static base::Result<Resampler> create(std::int64_t rate_hz);

    /// The next samples at the given rate; gives those at 16 kHz that are complete.
    [[nodiscard]] std::vector<float> push(std::span<const float> samples);
    /// There are no more samples: silence follows; gives the rest. Output sample k stands for second k / 16000.
    [[nodiscard]] std::vector<float> finish();

  private:
    explicit Resampler(std::int64_t rate_hz);
    [[nodiscard]] std::vector<float> take(std::int64_t known_until, std::int64_t last_output);
    [[nodiscard]] float output_at(std::int64_t sample, std::int64_t phase) const;
    void forget_before(std::int64_t sample);

    std::int64_t phases_;  // output samples for every `step_` input samples
    std::int64_t step_;
    std::int64_t half_width_;    // of the filter, in input samples
    std::vector<float> filter_;  // `phases_` rows of 2 * half_width_
    std::vector<float> recent_;  // input from `begin_` on; silence stands before the first
    std::int64_t begin_;
    std::int64_t heard_ = 0;  // input samples
    std::int64_t given_ = 0;  // output samples
};

}  // namespace speech
