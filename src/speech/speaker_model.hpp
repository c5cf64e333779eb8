// The port of what hears voices, and the one there is: the encoder with the weights of models/speaker-encoder.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "speech/recogniser.hpp"
#include "speech/speaker_space.hpp"
#include "speech/voice.hpp"

namespace speech {

/// Immutable; any number of threads.
class SpeakerModel {
  public:
    virtual ~SpeakerModel() = default;
    /// As hear_voices (speaker_windows.hpp): a pure function of one segment's samples.
    [[nodiscard]] virtual std::vector<VoiceWindow> hear(std::span<const float> samples) const = 0;
    /// What decides which speakers are found: the weights, how voices are told apart by them, the kernels' profile.
    [[nodiscard]] virtual const std::string& fingerprint() const = 0;
    /// Vectors of one space can be compared, whoever computed them: names the weights.
    [[nodiscard]] virtual const std::string& space() const = 0;
    /// Where its vectors differ by who speaks; lives as long as the model.
    [[nodiscard]] virtual const SpeakerSpace& speakers() const = 0;
};

/// Reads and checks a safetensors file. Errors: model_not_found, model_broken.
base::Result<std::unique_ptr<SpeakerModel>> load_speaker_model(const std::filesystem::path& weights);

/// Adds the voices of a segment to its recognition; of nobody, when nobody said a word.
void hear_voices(const SpeakerModel& model, std::span<const float> samples, Recognition& recognition);

}  // namespace speech
