#include "decode/pipeline.hpp"

#include <algorithm>

#include "decode/frame_samples.hpp"
#include "model/audio.hpp"

extern "C" {
#include <libavutil/frame.h>
}

namespace decode {
namespace {

constexpr std::size_t delivery_samples = 8192;

}  // namespace

void Pipeline::lose() {
    damages_.add("corrupt_frames", timeline_.end_seconds(), 0);
    timeline_.lose();
    lost_ = true;
}

// Silence before the first sound is how the media is; silence after it is something missing.
void Pipeline::note(const Placement& placement, double at_seconds) {
    if (placement.discontinuity) damages_.add("discontinuity", at_seconds, 0);
    if (placement.silence_samples == 0) return;
    const double missing = model::seconds_of_samples(placement.silence_samples);
    if (lost_) damages_.add("corrupt_frames", at_seconds, missing, 0);
    if (!lost_ && began_) damages_.add("gap", at_seconds, missing);
}

base::Result<void> Pipeline::add(const AVFrame& frame, std::optional<double> start_seconds) {
    auto roles = roles_of(frame);
    if (roles.empty() || frame.nb_samples <= 0 || frame.sample_rate <= 0) {
        lose();
        return {};
    }
    const double last_end_seconds = timeline_.end_seconds();
    const std::int64_t last_end_samples = timeline_.end_samples();
    const Placement placement = timeline_.place(start_seconds, frame.nb_samples, frame.sample_rate);
    if (timeline_.end_seconds() > static_cast<double>(max_seconds_)) {
        return base::fail(
            base::ErrorCode::media_too_long,
            "the audio is longer than the limit of " + std::to_string(max_seconds_) + " seconds; split the file");
    }
    note(placement, last_end_seconds);
    if (placement.starts_run) {
        if (auto begun = start_run(placement, last_end_samples, frame.sample_rate); !begun) return begun;
    }
    if (placement.trimmed_frames == frame.nb_samples) return {};
    if (!mixer_ || roles != roles_ || frame.sample_rate != mixer_rate_hz_) mixer_.emplace(roles, frame.sample_rate);
    roles_ = std::move(roles);
    mixer_rate_hz_ = frame.sample_rate;
    began_ = true;
    lost_ = false;
    return mix_and_resample(frame, static_cast<std::size_t>(placement.trimmed_frames));
}

base::Result<void> Pipeline::start_run(const Placement& placement, std::int64_t last_end_samples, int rate_hz) {
    if (auto finished = finish_run(last_end_samples); !finished) return finished;
    if (placement.silence_samples > 0) sink_.silence(placement.silence_samples);
    made_samples_ += placement.silence_samples;
    auto resampler = Resampler::make(rate_hz);
    if (!resampler) return std::unexpected(resampler.error());
    resampler_ = std::move(*resampler);
    return {};
}

// The resampler's own rounding at the end of a run must not move what follows.
base::Result<void> Pipeline::finish_run(std::int64_t end_samples) {
    const std::size_t before = ready_.size();
    if (resampler_) {
        if (auto drained = resampler_->drain(ready_); !drained) return drained;
    }
    made_samples_ += static_cast<std::int64_t>(ready_.size() - before);
    const std::int64_t wanted = static_cast<std::int64_t>(ready_.size()) + end_samples - made_samples_;
    ready_.resize(static_cast<std::size_t>(std::max<std::int64_t>(wanted, 0)));
    made_samples_ = end_samples;
    deliver(1);
    resampler_.reset();
    return {};
}

base::Result<void> Pipeline::mix_and_resample(const AVFrame& frame, std::size_t skip) {
    if (!read_planes(frame, skip, planes_)) {
        return base::fail(base::ErrorCode::media_corrupt, "the audio has samples of an unknown form; export it again");
    }
    mono_.clear();
    mixer_->mix(planes_, mono_);
    const std::size_t before = ready_.size();
    if (auto pushed = resampler_->push(mono_, ready_); !pushed) return pushed;
    made_samples_ += static_cast<std::int64_t>(ready_.size() - before);
    deliver(delivery_samples);
    return {};
}

void Pipeline::deliver(std::size_t at_least) {
    if (ready_.size() < at_least) return;
    sink_.samples(ready_);
    ready_.clear();
}

}  // namespace decode
