#include "speech/speaker_windows.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numeric>

namespace speech {
namespace {

constexpr std::size_t window_frames = 160;
constexpr std::size_t step_frames = 80;
constexpr std::size_t least_rest_frames = 20;  // a shorter rest adds nothing to the window before it
constexpr std::size_t largest_batch = 8;
constexpr std::size_t window_samples = window_frames * speaker_hop_samples;

std::vector<std::size_t> window_starts(std::size_t frames) {
    std::vector<std::size_t> starts;
    for (std::size_t start = 0; start + window_frames <= frames; start += step_frames)
        starts.push_back(start);
    const std::size_t last = frames - window_frames;
    if (last >= starts.back() + least_rest_frames) starts.push_back(last);
    return starts;
}

std::vector<float> amplified(std::span<const float> samples) {
    std::vector<float> result(std::max(samples.size(), window_samples));
    const float gain = speaker_gain(samples);
    std::ranges::transform(samples, result.begin(), [gain](float sample) { return gain * sample; });
    return result;
}

// Halfway between two windows' middles.
std::int64_t border(std::size_t start, std::size_t next_start) {
    return static_cast<std::int64_t>((start + next_start + window_frames) * speaker_hop_samples / 2);
}

std::vector<std::uint8_t> in_steps(std::span<const float> voice) {
    std::vector<std::uint8_t> steps(voice.size());
    const float largest = std::ranges::max(voice);
    if (largest <= 0) return steps;
    std::ranges::transform(voice, steps.begin(), [largest](float value) {
        return static_cast<std::uint8_t>(std::lround(255 * std::max(value, 0.0F) / largest));
    });
    return steps;
}

}  // namespace

std::vector<float> unit_vector(std::span<const std::uint8_t> voice) {
    const auto squares = std::inner_product(voice.begin(), voice.end(), voice.begin(), std::uint64_t{0});
    const double length = squares == 0 ? 1 : std::sqrt(static_cast<double>(squares));
    std::vector<float> vector(voice.size());
    std::ranges::transform(voice, vector.begin(),
                           [length](std::uint8_t step) { return static_cast<float>(step / length); });
    return vector;
}

std::vector<VoiceWindow> hear_voices(const SpeakerFeatures& features, const SpeakerEncoder& encoder,
                                     std::span<const float> samples) {
    const std::vector<float> frames = features.frames(amplified(samples));
    const std::vector<std::size_t> starts = window_starts(frames.size() / speaker_bands);
    std::vector<std::vector<float>> voices;
    for (std::size_t at = 0; at < starts.size(); at += largest_batch) {
        const auto batch = std::span(starts).subspan(at, std::min(largest_batch, starts.size() - at));
        std::ranges::move(encoder.encode(frames, batch, window_frames), std::back_inserter(voices));
    }
    std::vector<VoiceWindow> windows;
    std::int64_t from = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::int64_t to = i + 1 == starts.size() ? std::ssize(samples) : border(starts[i], starts[i + 1]);
        windows.push_back({{from, to}, in_steps(voices[i])});
        from = to;
    }
    return windows;
}

}  // namespace speech
