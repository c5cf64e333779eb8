// What the speaker encoder hears: the power in 40 mel bands every 10 ms, not its logarithm, as Resemblyzer gives it to
// its network (https://github.com/resemble-ai/Resemblyzer, Apache-2.0: audio.py): windows of 25 ms by Hann, centred,
// zeros beyond the ends; Slaney's mel scale, each band of the same area.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "speech/matrix.hpp"

namespace speech {

inline constexpr std::size_t speaker_bands = 40;
inline constexpr std::size_t speaker_hop_samples = 160;
inline constexpr std::size_t speaker_window_samples = 400;

/// Immutable; any number of threads.
class SpeakerFeatures {
  public:
    explicit SpeakerFeatures(const MatrixKernels& kernels = matrix_kernels().front());

    /// 1 + samples / speaker_hop_samples frames of speaker_bands values each. `samples` as in model/audio.hpp.
    [[nodiscard]] std::vector<float> frames(std::span<const float> samples) const;

  private:
    const MatrixKernels& kernels_;
    PackedMatrix spectrum_;
    PackedMatrix bands_;
};

/// How much quiet speech is to be amplified: to -30 dB of full scale; 1 for what is louder, and for nothing at all.
float speaker_gain(std::span<const float> samples);

}  // namespace speech
