#include "speech/resampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include "model/audio.hpp"

namespace speech {
namespace {

constexpr double zero_crossings = 32;  // on each side of the filter
constexpr double kaiser_beta = 9;
constexpr double passed_band = 0.91;  // the filter's middle, as a share of the lower Nyquist frequency

double kaiser(double place) {
    const double inside = std::max(1 - place * place, 0.0);
    return std::cyl_bessel_i(0.0, kaiser_beta * std::sqrt(inside)) / std::cyl_bessel_i(0.0, kaiser_beta);
}

double sinc(double x) {
    const double angle = std::numbers::pi * x;
    return std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
}

// Row by row; each row's sum is 1, so that a constant stays what it is.
std::vector<float> make_filter(std::int64_t phases, std::int64_t half_width, double cutoff) {
    std::vector<float> filter;
    for (std::int64_t phase = 0; phase < phases; ++phase) {
        std::vector<double> row;
        for (std::int64_t tap = 1 - half_width; tap <= half_width; ++tap) {
            const double away = static_cast<double>(tap) - static_cast<double>(phase) / static_cast<double>(phases);
            row.push_back(sinc(cutoff * away) * kaiser(away / static_cast<double>(half_width)));
        }
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        for (const double weight : row)
            filter.push_back(static_cast<float>(weight / sum));
    }
    return filter;
}

}  // namespace

base::Result<Resampler> Resampler::create(std::int64_t rate_hz) {
    if (rate_hz < 8000 || rate_hz > 48000 || rate_hz % 25 != 0) {
        return base::fail(base::ErrorCode::invalid_argument,
                          "a sample rate is 8000 to 48000 Hz and a multiple of 25, not " + std::to_string(rate_hz));
    }
    return Resampler(rate_hz);
}

Resampler::Resampler(std::int64_t rate_hz)
    : phases_(model::sample_rate_hz / std::gcd(rate_hz, model::sample_rate_hz)),
      step_(rate_hz / std::gcd(rate_hz, model::sample_rate_hz)) {
    const double ratio = std::min(1.0, static_cast<double>(phases_) / static_cast<double>(step_));
    half_width_ = static_cast<std::int64_t>(std::ceil(zero_crossings / ratio));
    if (phases_ != step_) filter_ = make_filter(phases_, half_width_, passed_band * ratio);
    begin_ = 1 - half_width_;
    recent_.resize(static_cast<std::size_t>(half_width_ - 1));
}

std::vector<float> Resampler::push(std::span<const float> samples) {
    if (phases_ == step_) return {samples.begin(), samples.end()};
    recent_.insert(recent_.end(), samples.begin(), samples.end());
    heard_ += static_cast<std::int64_t>(samples.size());
    return take(heard_, std::numeric_limits<std::int64_t>::max());
}

std::vector<float> Resampler::finish() {
    if (phases_ == step_) return {};
    recent_.resize(recent_.size() + static_cast<std::size_t>(half_width_ + 1));
    return take(heard_ + half_width_ + 1, (heard_ * phases_ + step_ - 1) / step_);
}

// The outputs before `last_output` whose filter ends before `known_until`.
std::vector<float> Resampler::take(std::int64_t known_until, std::int64_t last_output) {
    std::vector<float> result;
    for (; given_ < last_output; ++given_) {
        const std::int64_t sample = given_ * step_ / phases_;
        if (sample + half_width_ >= known_until) break;
        result.push_back(output_at(sample, given_ * step_ % phases_));
    }
    forget_before(given_ * step_ / phases_ + 1 - half_width_);
    return result;
}

float Resampler::output_at(std::int64_t sample, std::int64_t phase) const {
    const auto first = recent_.begin() + (sample + 1 - half_width_ - begin_);
    const auto row = filter_.begin() + phase * 2 * half_width_;
    return std::inner_product(row, row + 2 * half_width_, first, 0.0F);
}

void Resampler::forget_before(std::int64_t sample) {
    const std::int64_t count = std::min(sample - begin_, static_cast<std::int64_t>(recent_.size()));
    recent_.erase(recent_.begin(), recent_.begin() + count);
    begin_ += count;
}

}  // namespace speech
