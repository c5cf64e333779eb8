#include "simulation/fakes.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <utility>

#include <unistd.h>

#include "base/sha256.hpp"
#include "flow/test_process.hpp"
#include "formats/formats.hpp"
#include "runtime/ordered_pool.hpp"
#include "speech/fakes.hpp"
#include "speech/transcriber.hpp"

namespace simulation {
namespace {

using base::Result;
using flow::must;
using Pause = std::function<Result<void>()>;

constexpr std::string_view video_head = "a video of sentences: ";
constexpr std::size_t video_bytes = 20'000;
constexpr std::size_t silence_samples = 28'000;  // enough to end a segment

std::vector<float> spoken(int sentences, const std::vector<float>& sentence) {
    std::vector<float> samples;
    for (int i = 0; i < sentences; ++i) {
        const float gain = 1.0F - 0.01F * static_cast<float>(i);
        for (const float sample : sentence)
            samples.push_back(gain * sample);
        samples.resize(samples.size() + silence_samples);
    }
    return samples;
}

Result<int> sentences_of(const runtime::Descriptor& file) {
    std::array<char, video_head.size() + 1> head{};
    const auto size = pread(file.number(), head.data(), head.size(), 0);
    const std::string_view text(head.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    int sentences = 0;
    if (!text.starts_with(video_head) || std::from_chars(&text.back(), text.end(), sentences).ec != std::errc())
        return base::fail(base::ErrorCode::media_unrecognised, "this is no video of the simulation");
    return sentences;
}

class PausingSource final : public media::PcmSource {
  public:
    PausingSource(std::vector<float> samples, Pause pause) : source_(std::move(samples)), pause_(std::move(pause)) {}
    const model::MediaInfo& info() const override { return source_.info(); }
    const media::DecodeSummary& summary() const override { return source_.summary(); }
    Result<std::span<const float>> read() override {
        if (auto paused = pause_(); !paused) return std::unexpected(paused.error());
        return source_.read();
    }

  private:
    speech::fakes::Source source_;
    Pause pause_;
};

class FakeDecoder final : public media::Decoder {
  public:
    FakeDecoder(std::vector<float> sentence, Pause pause) : sentence_(std::move(sentence)), pause_(std::move(pause)) {}
    Result<std::unique_ptr<media::PcmSource>> open(const runtime::Descriptor& file,
                                                   media::Channels /*channels*/) override {
        const auto sentences = sentences_of(file);
        if (!sentences) return std::unexpected(sentences.error());
        return std::make_unique<PausingSource>(spoken(*sentences, sentence_), pause_);
    }

  private:
    std::vector<float> sentence_;
    Pause pause_;
};

std::shared_ptr<const speech::Recogniser> hashing_recogniser(const Pause& pause) {
    return std::make_shared<speech::fakes::FakeRecogniser>(
        [pause](std::span<const float> samples) -> Result<speech::Recognition> {
            if (auto paused = pause(); !paused) return std::unexpected(paused.error());
            base::Sha256 hash;
            hash.update(std::as_bytes(samples));
            return speech::Recognition{"heard " + hash.finish_hex().substr(0, 12), 2};
        });
}

}  // namespace

std::string video_of(int sentences) {
    std::string video = std::string(video_head) + std::to_string(sentences) + "\n";
    while (video.size() < video_bytes)
        video += std::to_string(video.size()) + " ";
    return video;
}

FakeEngines::FakeEngines(std::shared_ptr<const speech::VoiceActivityModel> voice_activity, std::vector<float> sentence)
    : voice_activity_(std::move(voice_activity)), sentence_(std::move(sentence)) {}

transcription::Engines FakeEngines::engines(const std::function<base::Result<void>()>& pause) const {
    return {.decoder = std::make_shared<FakeDecoder>(sentence_, pause),
            .load = [engine = transcription::Engine{hashing_recogniser(pause), voice_activity_,
                                                    std::make_shared<const speech::fakes::FakeSpeakerModel>()}](
                        const std::string&) -> Result<transcription::Engine> { return engine; },
            .model_names = [] { return std::vector<std::string>{"fake"}; }};
}

const std::string& FakeEngines::text_of(int sentences, bool with_speakers) {
    std::string& text = texts_[{sentences, with_speakers}];
    if (!text.empty()) return text;
    speech::fakes::Source source(spoken(sentences, sentence_));
    runtime::Threads threads(1);
    const std::atomic<bool> never_stop{false};
    const speech::fakes::FakeSpeakerModel voices;
    const auto recogniser = hashing_recogniser([]() -> Result<void> { return {}; });
    const auto transcript = must(speech::transcribe(
        source, *voice_activity_, *recogniser, threads,
        {.language = "en", .speaker_model = with_speakers ? &voices : nullptr}, [](const speech::Progress&) {},
        never_stop));
    const auto* const txt = must(formats::find_format("txt"));
    return text = must(formats::write(*txt, transcript, {})).content;
}

}  // namespace simulation
