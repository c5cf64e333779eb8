// Mono sound of any rate to 16 kHz; the adapter over FFmpeg's libswresample. One thread.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/error.hpp"

struct SwrContext;

namespace decode {

class Resampler {
  public:
    /// For one uninterrupted run of sound. Errors: media_corrupt (a rate that nobody records at),
    /// decoder_out_of_memory.
    static base::Result<Resampler> make(int rate_hz);

    /// Appends what is ready; the filter keeps a few milliseconds back.
    base::Result<void> push(std::span<const float> samples, std::vector<float>& out);
    /// Appends what was kept back. Nothing may be pushed afterwards.
    base::Result<void> drain(std::vector<float>& out);

  private:
    struct Free {
        void operator()(SwrContext* context) const;
    };
    base::Result<void> convert(const float* samples, int count, std::vector<float>& out);
    std::unique_ptr<SwrContext, Free> context_;  // null when the rate is 16 kHz already
};

}  // namespace decode
