#include "speech/speaker_features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "model/audio.hpp"

namespace speech {
namespace {

constexpr std::size_t window = speaker_window_samples;
constexpr std::size_t bins = window / 2 + 1;
constexpr std::size_t half_room = (bins + line_floats - 1) / line_floats * line_floats;  // cosines, then sines
constexpr double bin_hz = static_cast<double>(model::sample_rate_hz) / window;

// Slaney's scale: linear to 1000 Hz, logarithmic above.
constexpr double linear_hz = 200.0 / 3;
constexpr double corner_hz = 1000;
constexpr double corner_mel = corner_hz / linear_hz;
const double log_step = std::log(6.4) / 27;

double mel_of(double hz) {
    return hz < corner_hz ? hz / linear_hz : corner_mel + std::log(hz / corner_hz) / log_step;
}

double hz_of(double mel) {
    return mel < corner_mel ? mel * linear_hz : corner_hz * std::exp(log_step * (mel - corner_mel));
}

MatrixValues windowed_transform() {
    MatrixValues matrix{window, 2 * half_room, std::vector<float>(window * 2 * half_room)};
    for (std::size_t i = 0; i < window; ++i) {
        const double turn = 2 * std::numbers::pi / static_cast<double>(window);
        const double hann = 0.5 - 0.5 * std::cos(turn * static_cast<double>(i));
        for (std::size_t k = 0; k < bins; ++k) {
            const double angle = turn * static_cast<double>(i * k % window);
            matrix.values[i * matrix.outputs + k] = static_cast<float>(hann * std::cos(angle));
            matrix.values[i * matrix.outputs + half_room + k] = static_cast<float>(hann * std::sin(angle));
        }
    }
    return matrix;
}

// Triangles, each from its neighbour's peak to its other neighbour's.
MatrixValues mel_triangles() {
    std::array<double, speaker_bands + 2> corners{};
    const double top = mel_of(static_cast<double>(model::sample_rate_hz) / 2);
    for (std::size_t i = 0; i < corners.size(); ++i)
        corners[i] = hz_of(top * static_cast<double>(i) / (corners.size() - 1));
    MatrixValues matrix{bins, speaker_bands, std::vector<float>(bins * speaker_bands)};
    for (std::size_t band = 0; band < speaker_bands; ++band) {
        const double low = corners[band];
        const double peak = corners[band + 1];
        const double high = corners[band + 2];
        for (std::size_t k = 0; k < bins; ++k) {
            const double hz = bin_hz * static_cast<double>(k);
            const double height = std::min((hz - low) / (peak - low), (high - hz) / (high - peak));
            matrix.values[k * speaker_bands + band] = static_cast<float>(std::max(height, 0.0) * 2 / (high - low));
        }
    }
    return matrix;
}

}  // namespace

SpeakerFeatures::SpeakerFeatures(const MatrixKernels& kernels)
    : kernels_(kernels), spectrum_(windowed_transform()), bands_(mel_triangles()) {}

std::vector<float> SpeakerFeatures::frames(std::span<const float> samples) const {
    constexpr std::size_t at_once = 64;
    constexpr std::size_t band_room = (speaker_bands + line_floats - 1) / line_floats * line_floats;
    std::vector<float> padded(samples.size() + window);
    std::ranges::copy(samples, padded.begin() + window / 2);
    const std::size_t count = 1 + samples.size() / speaker_hop_samples;
    std::vector<float> spectra(at_once * 2 * half_room);
    std::vector<float> bands(at_once * band_room);
    std::vector<float> result(count * speaker_bands);
    for (std::size_t first = 0; first < count; first += at_once) {
        const std::size_t rows = std::min(at_once, count - first);
        kernels_.multiply(spectrum_, 0, spectrum_.lines(), padded.data() + first * speaker_hop_samples,
                          speaker_hop_samples, rows, spectra.data(), 2 * half_room);
        for (std::size_t row = 0; row < rows; ++row) {
            float* values = spectra.data() + row * 2 * half_room;
            for (std::size_t k = 0; k < bins; ++k)
                values[k] = values[k] * values[k] + values[half_room + k] * values[half_room + k];
        }
        kernels_.multiply(bands_, 0, bands_.lines(), spectra.data(), 2 * half_room, rows, bands.data(), band_room);
        for (std::size_t row = 0; row < rows; ++row)
            std::copy_n(bands.data() + row * band_room, speaker_bands, result.data() + (first + row) * speaker_bands);
    }
    return result;
}

float speaker_gain(std::span<const float> samples) {
    constexpr double target = 0.0316227766016838;  // -30 dB
    double power = 0;
    for (const float sample : samples)
        power += static_cast<double>(sample) * static_cast<double>(sample);
    if (power == 0) return 1;
    const double level = std::sqrt(power / static_cast<double>(samples.size()));
    return static_cast<float>(std::max(target / level, 1.0));
}

}  // namespace speech
