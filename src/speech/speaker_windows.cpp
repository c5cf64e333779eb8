#include "speech/speaker_windows.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace speech {
namespace {

constexpr std::size_t chunk_frames = 480;  // encoded at once: a bound on memory
// In encoded frames, of 80 ms with the encoder that there is.
constexpr std::size_t window_length = 25;
constexpr std::size_t window_step = 10;
constexpr std::size_t least_rest = 3;    // a shorter rest adds nothing to the window before it
constexpr std::size_t least_length = 5;  // of a window: the deviation over less says nothing

std::vector<std::size_t> window_starts(std::size_t encoded, std::size_t length) {
    std::vector<std::size_t> starts;
    for (std::size_t start = 0; start + length <= encoded; start += window_step)
        starts.push_back(start);
    const std::size_t last = encoded - length;
    if (last >= starts.back() + least_rest) starts.push_back(last);
    return starts;
}

// Chunks of about one size, each but the last of whole encoded frames.
std::vector<float> encoded(const SpeakerEncoder& encoder, std::span<const float> frames) {
    const std::size_t count = frames.size() / encoder.bands();
    const std::size_t chunks = (count + chunk_frames - 1) / chunk_frames;
    const std::size_t fair = (count + chunks - 1) / chunks;
    const std::size_t each = (fair + encoder.reduction() - 1) / encoder.reduction() * encoder.reduction();
    std::vector<float> result;
    for (std::size_t first = 0; first < count; first += each) {
        const std::size_t size = std::min(each, count - first);
        std::ranges::move(encoder.encode(frames.subspan(first * encoder.bands(), size * encoder.bands())),
                          std::back_inserter(result));
    }
    return result;
}

std::size_t samples_of(std::size_t frames) {
    return (frames - 1) * speaker_hop_samples + speaker_window_samples;
}

}  // namespace

std::vector<VoiceWindow> hear_voices(const SpeakerFeatures& features, const SpeakerEncoder& encoder,
                                     std::span<const float> samples) {
    const std::size_t frame_samples = encoder.reduction() * speaker_hop_samples;
    std::vector<float> padded;
    std::span<const float> heard = samples;
    if (const std::size_t least = samples_of(least_length * encoder.reduction()); samples.size() < least) {
        padded.assign(samples.begin(), samples.end());
        padded.resize(least);
        heard = padded;
    }
    const std::vector<float> frames = encoded(encoder, features.frames(heard));
    const std::size_t count = frames.size() / encoder.encoded_size();
    const std::size_t length = std::min(window_length, count);
    const std::vector<std::size_t> starts = window_starts(count, length);
    const auto voices = encoder.voices(frames, starts, length);
    // Halfway between two windows' middles.
    const auto border = [&](std::size_t i) {
        return static_cast<std::int64_t>((starts[i] + starts[i + 1] + length) * frame_samples / 2);
    };
    std::vector<VoiceWindow> windows;
    std::int64_t from = 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const std::int64_t to = i + 1 == starts.size() ? std::ssize(samples) : border(i);
        windows.push_back({{from, to}, voice_bytes(voices[i])});
        from = to;
    }
    return windows;
}

}  // namespace speech
