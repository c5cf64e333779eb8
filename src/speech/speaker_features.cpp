#include "speech/speaker_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "model/audio.hpp"

namespace speech {
namespace {

constexpr std::size_t window = speaker_window_samples;
constexpr std::size_t transform = 512;
constexpr std::size_t bins = transform / 2;  // the one above them is in no band
constexpr double bin_hz = static_cast<double>(model::sample_rate_hz) / transform;
constexpr double full_scale = 32768;  // Kaldi's samples are 16-bit numbers
constexpr double emphasis = 0.97;
constexpr double lowest_hz = 20;
constexpr double highest_hz = static_cast<double>(model::sample_rate_hz) / 2;

double mel_of(double hz) {
    return 1127 * std::log1p(hz / 700);
}

// What is done to a window before its transform is linear, and so one matrix with it. From the last step back to the
// first: how much of each sample of the window comes to a value of the transform that weighs its samples by `wave`.
std::vector<double> through_preparation(std::vector<double> wave) {
    for (std::size_t i = 0; i < window; ++i) {
        const double turn = 2 * std::numbers::pi * static_cast<double>(i) / (window - 1);
        wave[i] *= full_scale * (0.54 - 0.46 * std::cos(turn));
    }
    const double first = wave[0];
    for (std::size_t i = 0; i + 1 < window; ++i)
        wave[i] -= emphasis * wave[i + 1];
    wave[0] -= emphasis * first;  // the first sample is its own predecessor
    double sum = 0;
    for (const double value : wave)
        sum += value;
    for (double& value : wave)
        value -= sum / window;
    return wave;
}

// Cosines, then sines.
MatrixValues prepared_transform() {
    MatrixValues matrix{window, 2 * bins, std::vector<float>(window * 2 * bins)};
    for (std::size_t k = 0; k < bins; ++k) {
        std::vector<double> cosine(window);
        std::vector<double> sine(window);
        for (std::size_t i = 0; i < window; ++i) {
            const double angle = 2 * std::numbers::pi * static_cast<double>(i * k % transform) / transform;
            cosine[i] = std::cos(angle);
            sine[i] = std::sin(angle);
        }
        cosine = through_preparation(std::move(cosine));
        sine = through_preparation(std::move(sine));
        for (std::size_t i = 0; i < window; ++i) {
            matrix.values[i * matrix.outputs + k] = static_cast<float>(cosine[i]);
            matrix.values[i * matrix.outputs + bins + k] = static_cast<float>(sine[i]);
        }
    }
    return matrix;
}

// Triangles on the mel scale, each from its neighbour's peak to its other neighbour's.
MatrixValues mel_triangles() {
    const double low = mel_of(lowest_hz);
    const double step = (mel_of(highest_hz) - low) / (speaker_bands + 1);
    MatrixValues matrix{bins, speaker_bands, std::vector<float>(bins * speaker_bands)};
    for (std::size_t band = 0; band < speaker_bands; ++band) {
        const double peak = low + step * static_cast<double>(band + 1);
        for (std::size_t k = 0; k < bins; ++k) {
            const double distance = std::abs(mel_of(bin_hz * static_cast<double>(k)) - peak) / step;
            matrix.values[k * speaker_bands + band] = static_cast<float>(std::max(1 - distance, 0.0));
        }
    }
    return matrix;
}

float logarithm(float power) {
    const float least = std::numeric_limits<float>::epsilon();
    return static_cast<float>(std::log(static_cast<double>(std::max(power, least))));
}

void take_out_means(std::vector<float>& frames) {
    const std::size_t count = frames.size() / speaker_bands;
    for (std::size_t band = 0; band < speaker_bands; ++band) {
        double sum = 0;
        for (std::size_t frame = 0; frame < count; ++frame)
            sum += static_cast<double>(frames[frame * speaker_bands + band]);
        for (std::size_t frame = 0; frame < count; ++frame)
            frames[frame * speaker_bands + band] -= static_cast<float>(sum / static_cast<double>(count));
    }
}

}  // namespace

SpeakerFeatures::SpeakerFeatures(const MatrixKernels& kernels)
    : kernels_(kernels), spectrum_(prepared_transform()), bands_(mel_triangles()) {}

std::vector<float> SpeakerFeatures::frames(std::span<const float> samples) const {
    constexpr std::size_t at_once = 64;
    if (samples.size() < window) return {};
    const std::size_t count = 1 + (samples.size() - window) / speaker_hop_samples;
    std::vector<float> spectra(at_once * 2 * bins);
    std::vector<float> result(count * speaker_bands);
    for (std::size_t first = 0; first < count; first += at_once) {
        const std::size_t rows = std::min(at_once, count - first);
        kernels_.multiply(spectrum_, 0, spectrum_.lines(), samples.data() + first * speaker_hop_samples,
                          speaker_hop_samples, rows, spectra.data(), 2 * bins);
        for (std::size_t row = 0; row < rows; ++row) {
            float* values = spectra.data() + row * 2 * bins;
            for (std::size_t k = 0; k < bins; ++k)
                values[k] = values[k] * values[k] + values[bins + k] * values[bins + k];
        }
        kernels_.multiply(bands_, 0, bands_.lines(), spectra.data(), 2 * bins, rows,
                          result.data() + first * speaker_bands, speaker_bands);
    }
    std::ranges::transform(result, result.begin(), logarithm);
    take_out_means(result);
    return result;
}

}  // namespace speech
