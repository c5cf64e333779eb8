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
    if (lanes_.empty()) {
        if (auto chosen = choose_lanes(roles.size()); !chosen) return chosen;
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
    for (Lane& lane : lanes_) {
        auto resampler = Resampler::make(rate_hz);
        if (!resampler) return std::unexpected(resampler.error());
        lane.resampler = std::move(*resampler);
    }
    return {};
}

// The resampler's own rounding at the end of a run must not move what follows.
base::Result<void> Pipeline::finish_run(std::int64_t end_samples) {
    if (lanes_.empty()) return {};
    const std::size_t before = lanes_.front().ready.size();
    for (Lane& lane : lanes_) {
        if (!lane.resampler) continue;
        if (auto drained = lane.resampler->drain(lane.ready); !drained) return drained;
    }
    const std::size_t after = lanes_.front().ready.size();
    made_samples_ += static_cast<std::int64_t>(after - before);
    const std::int64_t wanted = static_cast<std::int64_t>(after) + end_samples - made_samples_;
    for (Lane& lane : lanes_) {
        lane.ready.resize(static_cast<std::size_t>(std::max<std::int64_t>(wanted, 0)));
        lane.resampler.reset();
    }
    made_samples_ = end_samples;
    deliver(1);
    return {};
}

base::Result<void> Pipeline::choose_lanes(std::size_t channels) {
    if (channels_apart_ == 1) {
        lanes_.resize(1);
        return {};
    }
    if (channels > static_cast<std::size_t>(channels_apart_)) {
        return base::fail(base::ErrorCode::media_refused,
                          "the audio has " + std::to_string(channels) + " channels, and at most " +
                              std::to_string(channels_apart_) + " can be transcribed apart; have it transcribed mixed");
    }
    lanes_.resize(channels);
    sink_.layout(static_cast<int>(channels));
    return {};
}

base::Result<void> Pipeline::mix_and_resample(const AVFrame& frame, std::size_t skip) {
    if (!read_planes(frame, skip, planes_)) {
        return base::fail(base::ErrorCode::media_corrupt, "the audio has samples of an unknown form; export it again");
    }
    fill_lanes();
    const std::size_t before = lanes_.front().ready.size();
    for (Lane& lane : lanes_) {
        if (auto pushed = lane.resampler->push(lane.input, lane.ready); !pushed) return pushed;
    }
    made_samples_ += static_cast<std::int64_t>(lanes_.front().ready.size() - before);
    deliver(delivery_samples);
    return {};
}

// Apart, a frame that has fewer channels than the first one leaves the others silent; of one that has more, those are
// passed over.
void Pipeline::fill_lanes() {
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        std::vector<float>& input = lanes_[i].input;
        input.clear();
        if (channels_apart_ == 1) {
            mixer_->mix(planes_, input);
        } else if (i < planes_.size()) {
            for (const float sample : planes_[i])
                input.push_back(std::clamp(sample, -1.0F, 1.0F));
        } else {
            input.resize(planes_.front().size());
        }
    }
}

void Pipeline::deliver(std::size_t at_least) {
    const std::size_t size = lanes_.front().ready.size();
    if (size < at_least) return;
    interleaved_.resize(size * lanes_.size());
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        for (std::size_t i = 0; i < size; ++i)
            interleaved_[i * lanes_.size() + lane] = lanes_[lane].ready[i];
        lanes_[lane].ready.clear();
    }
    sink_.samples(interleaved_);
}

}  // namespace decode
