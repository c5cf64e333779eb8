// What the speaker encoder hears: Kaldi's logarithmic mel filterbank with WeSpeaker's settings: windows of 25 ms every
// 10 ms, only whole ones, by Hamming; without their mean, with pre-emphasis; 80 bands; and less the segment's mean of
// each band, which takes out the line and the level. (https://github.com/kaldi-asr/kaldi: feature-fbank.cc;
// https://github.com/wenet-e2e/wespeaker: compute_fbank.)
#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "speech/matrix.hpp"

namespace speech {

inline constexpr std::size_t speaker_bands = 80;
inline constexpr std::size_t speaker_hop_samples = 160;
inline constexpr std::size_t speaker_window_samples = 400;

/// Immutable; any number of threads.
class SpeakerFeatures {
  public:
    explicit SpeakerFeatures(const MatrixKernels& kernels = matrix_kernels().front());

    /// Frames of speaker_bands values each, one for each window that fits; `samples` as in model/audio.hpp.
    [[nodiscard]] std::vector<float> frames(std::span<const float> samples) const;

  private:
    const MatrixKernels& kernels_;
    PackedMatrix spectrum_;
    PackedMatrix bands_;
};

}  // namespace speech
