#include "decode/timeline.hpp"

#include <algorithm>
#include <cmath>

#include "model/audio.hpp"

namespace decode {
namespace {

constexpr double exact_tolerance_seconds = 0.001;  // what Matroska's rounding alone can be wrong by

}  // namespace

double Timeline::end_seconds() const {
    const double run = run_rate_hz_ > 0 ? static_cast<double>(run_frames_) / run_rate_hz_ : 0;
    return model::seconds_of_samples(run_start_samples_) + run;
}

std::int64_t Timeline::end_samples() const {
    return std::llround(end_seconds() * static_cast<double>(model::sample_rate_hz));
}

bool Timeline::believable(double deviation_seconds) const {
    if (deviation_seconds <= policy_.tolerance_seconds) return deviation_seconds >= -policy_.longest_overlap_seconds;
    return deviation_seconds <= policy_.longest_gap_seconds &&
           end_seconds() + deviation_seconds <= policy_.believable_end_seconds;
}

void Timeline::start_run(std::int64_t start_samples, int rate_hz) {
    run_start_samples_ = start_samples;
    run_frames_ = 0;
    run_rate_hz_ = rate_hz;
}

Placement Timeline::place(std::optional<double> start_seconds, std::int64_t frames, int rate_hz) {
    Placement placement;
    double deviation = start_seconds ? *start_seconds + shift_seconds_ - end_seconds() : 0;
    if (!believable(deviation)) {
        shift_seconds_ -= deviation;
        deviation = 0;
        placement.discontinuity = true;
    }
    const double late_tolerance = exact_ ? exact_tolerance_seconds : policy_.tolerance_seconds;
    const double early_tolerance = began_ ? policy_.tolerance_seconds : exact_tolerance_seconds;
    if (deviation > late_tolerance) {
        placement.silence_samples = std::llround(deviation * static_cast<double>(model::sample_rate_hz));
    }
    if (deviation < -early_tolerance) {
        placement.trimmed_frames = std::min(frames, static_cast<std::int64_t>(std::llround(-deviation * rate_hz)));
    }
    placement.starts_run = rate_hz != run_rate_hz_ || placement.silence_samples > 0;
    if (placement.starts_run) start_run(end_samples() + placement.silence_samples, rate_hz);
    run_frames_ += frames - placement.trimmed_frames;
    const bool used = placement.trimmed_frames < frames;
    exact_ = exact_ && !used;
    began_ = began_ || used;
    return placement;
}

}  // namespace decode
