// From decoded frames to 16 kHz on the media's clock: place, mix or keep apart, resample, deliver. One thread.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "decode/damage_log.hpp"
#include "decode/mono_mixer.hpp"
#include "decode/resampler.hpp"
#include "decode/timeline.hpp"
#include "decode/wire_sink.hpp"
#include "media/decode_limits.hpp"

struct AVFrame;

namespace decode {

class Pipeline {
  public:
    /// `limits` say how much, and whether channels are kept apart; `sink` must outlive it.
    Pipeline(TimelinePolicy policy, const media::DecodeLimits& limits, WireSink& sink)
        : timeline_(policy), max_seconds_(limits.max_seconds), channels_apart_(limits.channels_apart), sink_(sink) {}

    /// The next frame, `start_seconds` after the media's beginning if it says so.
    /// Errors: media_too_long, media_corrupt (an impossible sample rate), decoder_out_of_memory; media_refused (more
    /// channels than may be kept apart).
    base::Result<void> add(const AVFrame& frame, std::optional<double> start_seconds);
    /// Something could not be decoded: the time up to the next frame becomes silence.
    void lose();
    /// Delivers what is still held back. Nothing may be added afterwards.
    base::Result<void> finish() { return finish_run(timeline_.end_samples()); }

    [[nodiscard]] std::int64_t samples() const { return timeline_.end_samples(); }
    [[nodiscard]] bool empty() const { return !began_; }
    [[nodiscard]] DamageLog& damages() { return damages_; }

  private:
    void note(const Placement& placement, double at_seconds);
    base::Result<void> start_run(const Placement& placement, std::int64_t last_end_samples, int rate_hz);
    base::Result<void> finish_run(std::int64_t end_samples);
    base::Result<void> choose_lanes(std::size_t channels);
    base::Result<void> mix_and_resample(const AVFrame& frame, std::size_t skip);
    void fill_lanes();
    void deliver(std::size_t at_least);

    Timeline timeline_;
    std::int64_t max_seconds_;
    std::int64_t channels_apart_;
    WireSink& sink_;
    DamageLog damages_;
    std::vector<ChannelRole> roles_;
    std::optional<MonoMixer> mixer_;  // for roles_ and mixer_rate_hz_
    int mixer_rate_hz_ = 0;
    // What is delivered: the mix, or one lane a channel, as many as the first frame had. All are equally long.
    struct Lane {
        std::optional<Resampler> resampler;  // of the current run
        std::vector<float> input;
        std::vector<float> ready;  // at 16 kHz, not delivered yet
    };
    std::vector<std::vector<float>> planes_;
    std::vector<Lane> lanes_;
    std::vector<float> interleaved_;
    std::int64_t made_samples_ = 0;  // of each lane: delivered, ready, and silence
    bool began_ = false;
    bool lost_ = false;
};

}  // namespace decode
