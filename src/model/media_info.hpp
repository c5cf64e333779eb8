// What a probe learns of a media file before anything is decoded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace model {

enum class StreamKind : std::uint8_t { audio, video, subtitle, other };

struct MediaStream {
    StreamKind kind = StreamKind::other;
    std::string codec;  // FFmpeg's name, such as "aac"
    std::string
        language;  // the container's tag as it stands (often ISO 639-2, such as "eng"); empty when there is none
    int sample_rate_hz = 0;    // audio only
    int channels = 0;          // audio only
    double frame_rate_hz = 0;  // video only; 0 when the container does not say
    bool is_default = false;   // the container's own choice
};

struct MediaInfo {
    std::string container;                   // FFmpeg's name, such as "mov,mp4,m4a,3gp,3g2,mj2"
    std::optional<double> duration_seconds;  // as the container claims; absent when it does not say
    std::vector<MediaStream> streams;
    std::optional<std::size_t> chosen_audio;  // index into `streams` of the track that is transcribed
};

/// The first video's frames a second, for a transcript; 0 when there is none, or what the container says is none: some
/// say their time base, 90 000.
inline double frame_rate_of(const MediaInfo& media) {
    constexpr double highest_hz = 1000;
    for (const MediaStream& stream : media.streams) {
        const bool believable = stream.frame_rate_hz > 0 && stream.frame_rate_hz <= highest_hz;
        if (stream.kind == StreamKind::video && believable) return stream.frame_rate_hz;
    }
    return 0;
}

}  // namespace model
