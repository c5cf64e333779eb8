// Where voices differ by their speaker: takes the vectors of the speaker encoder to a space in which one speaker's have
// variance 1 in every direction and different speakers' a known one, most in the first (probabilistic linear
// discriminant analysis, as pyannote.audio's community-1 pipeline trained it for this encoder).
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "speech/safetensors.hpp"

namespace speech {

/// Immutable; any number of threads.
class SpeakerSpace {
  public:
    /// From the tensors "space.voice_mean" [voice], "space.discriminants" [size, voice], "space.discriminant_mean",
    /// "space.mean" and "space.between" [size], and "space.transform" [size, size]. `name` is what messages call the
    /// file. Errors: model_broken.
    static base::Result<SpeakerSpace> make(const Tensors& tensors, const std::string& name);

    /// Where the encoder's vector, of length 1 and voice_size() values, lies: size() values.
    [[nodiscard]] std::vector<double> project(std::span<const float> voice) const;

    [[nodiscard]] std::size_t voice_size() const { return voice_mean_.size(); }
    [[nodiscard]] std::size_t size() const { return between_.size(); }
    /// The variance between speakers in each direction.
    [[nodiscard]] const std::vector<float>& between() const { return between_; }

  private:
    SpeakerSpace() = default;

    std::vector<float> voice_mean_;
    std::vector<float> discriminants_;
    std::vector<float> discriminant_mean_;
    std::vector<float> mean_;
    std::vector<float> transform_;
    std::vector<float> between_;
};

}  // namespace speech
