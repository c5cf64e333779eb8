// Fakes of the ports that the speech layer stands between, for its tests: a source of given samples and a recogniser
// that answers with a function. Not for the product.
#pragma once
#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "media/decoder.hpp"
#include "speech/recogniser.hpp"
#include "speech/speaker_model.hpp"

namespace speech::fakes {

/// Gives `samples` in blocks of `block` moments of `channels`, then the end, or `failure` in its place.
class Source : public media::PcmSource {
  public:
    explicit Source(std::vector<float> samples, std::size_t block = 4096, std::optional<base::Error> failure = {},
                    int channels = 1)
        : samples_(std::move(samples)),
          channels_(channels),
          block_(block * static_cast<std::size_t>(channels)),
          failure_(std::move(failure)) {}

    const model::MediaInfo& info() const override { return info_; }
    const media::DecodeSummary& summary() const override { return summary_; }
    int channels() const override { return channels_; }
    base::Result<std::span<const float>> read() override {
        if (given_ == samples_.size() && failure_) return std::unexpected(*failure_);
        const std::size_t count = std::min(block_, samples_.size() - given_);
        given_ += count;
        summary_.samples = static_cast<std::int64_t>(given_) / channels_;
        return std::span(samples_).subspan(given_ - count, count);
    }

  private:
    std::vector<float> samples_;
    int channels_;
    std::size_t block_;
    std::optional<base::Error> failure_;
    std::size_t given_ = 0;
    model::MediaInfo info_;
    media::DecodeSummary summary_;
};

class FakeRecogniser : public Recogniser {
  public:
    using Answer = std::function<base::Result<Recognition>(std::span<const float>)>;
    explicit FakeRecogniser(Answer answer) : answer_(std::move(answer)) {}

    base::Result<Recognition> recognise(std::span<const float> samples) const override { return answer_(samples); }
    const std::string& fingerprint() const override { return fingerprint_; }
    const std::vector<std::string>& languages() const override { return languages_; }

  private:
    Answer answer_;
    std::string fingerprint_ = "fake/1";
    std::vector<std::string> languages_ = {"en"};
};

/// Where every direction of a vector tells speakers apart, and well.
inline SpeakerSpace plain_space(std::size_t size) {
    Tensor straight{{size, size}, std::vector<float>(size * size)};
    Tensor far = straight;
    for (std::size_t i = 0; i < size; ++i) {
        straight.values[i * size + i] = 1;
        far.values[i * size + i] = 10;
    }
    const Tensor nothing{{size}, std::vector<float>(size)};
    const Tensor between{{size}, std::vector<float>(size, 100)};
    return *SpeakerSpace::make({{"space.voice_mean", nothing},
                                {"space.discriminants", straight},
                                {"space.discriminant_mean", nothing},
                                {"space.mean", nothing},
                                {"space.transform", far},
                                {"space.between", between}},
                               "a test's space");
}

/// Hears one of two voices in a segment, by its samples.
class FakeSpeakerModel final : public SpeakerModel {
  public:
    std::vector<VoiceWindow> hear(std::span<const float> samples) const override {
        base::Sha256 hash;
        hash.update(std::as_bytes(samples));
        const bool first = hash.finish_hex().front() < '8';
        const auto size = static_cast<std::int64_t>(samples.size());
        using Voice = std::vector<std::uint8_t>;
        return {{{0, size / 2}, first ? Voice{255, 128} : Voice{128, 255}},
                {{size / 2, size}, first ? Voice{255, 132} : Voice{132, 255}}};
    }
    const std::string& fingerprint() const override { return fingerprint_; }
    const std::string& space() const override { return fingerprint_; }
    const SpeakerSpace& speakers() const override { return speakers_; }

  private:
    SpeakerSpace speakers_ = plain_space(2);
    std::string fingerprint_ = "voices/1";
};

}  // namespace speech::fakes
