#include "speech/speaker_model.hpp"

#include <span>
#include <utility>

#include "base/sha256.hpp"
#include "runtime/files.hpp"
#include "speech/safetensors.hpp"
#include "speech/speaker_encoder.hpp"
#include "speech/speaker_features.hpp"
#include "speech/speaker_windows.hpp"

namespace speech {
namespace {

constexpr std::size_t file_limit_bytes = 32 << 20U;
// As models/speaker-encoder/model.json pins them. Who is alike is measured against these weights.
constexpr std::string_view weights_sha256 = "9ea05e23fb9782cdb367f78b75ba7cb533a97446a2c14cf8b772cbfc0be7a745";
constexpr std::string_view version = "speakers-2";  // raised whenever windows, clustering or labels decide otherwise

class EncoderModel : public SpeakerModel {
  public:
    EncoderModel(SpeakerEncoder encoder, SpeakerSpace speakers, std::string space)
        : encoder_(std::move(encoder)),
          speakers_(std::move(speakers)),
          space_(std::move(space)),
          fingerprint_(space_ + " " + std::string(version) + " " + std::string(matrix_kernels().front().name)) {}

    std::vector<VoiceWindow> hear(std::span<const float> samples) const override {
        return speech::hear_voices(features_, encoder_, samples);
    }
    const std::string& fingerprint() const override { return fingerprint_; }
    const std::string& space() const override { return space_; }
    const SpeakerSpace& speakers() const override { return speakers_; }

  private:
    SpeakerFeatures features_;
    SpeakerEncoder encoder_;
    SpeakerSpace speakers_;
    std::string space_;
    std::string fingerprint_;
};

}  // namespace

base::Result<std::unique_ptr<SpeakerModel>> load_speaker_model(const std::filesystem::path& weights) {
    const auto bytes = runtime::read_file(weights, file_limit_bytes);
    if (!bytes) {
        return base::fail(base::ErrorCode::model_not_found,
                          "the speaker encoder cannot be read: " + bytes.error().message + "; run scripts/setup");
    }
    const auto tensors = parse_safetensors(*bytes, weights.string());
    if (!tensors) return std::unexpected(tensors.error());
    auto encoder = SpeakerEncoder::make(*tensors, weights.string());
    if (!encoder) return std::unexpected(std::move(encoder.error()));
    auto speakers = SpeakerSpace::make(*tensors, weights.string());
    if (!speakers) return std::unexpected(std::move(speakers.error()));
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(*bytes)));
    const std::string digits = hash.finish_hex();
    if (digits != weights_sha256) {
        return base::fail(base::ErrorCode::model_broken,
                          weights.string() + " is not the file that this program was made for (its SHA-256 is " +
                              digits + "); run scripts/setup and build again");
    }
    return std::make_unique<EncoderModel>(*std::move(encoder), *std::move(speakers),
                                          "speaker-encoder/" + digits.substr(0, 8));
}

void hear_voices(const SpeakerModel& model, std::span<const float> samples, Recognition& recognition) {
    if (!recognition.text.empty()) recognition.voices = model.hear(samples);
}

}  // namespace speech
