#include "formats/channels.hpp"

namespace formats {

std::string channel_name(const model::Segment& segment) {
    return segment.channel ? "Channel " + std::to_string(*segment.channel) : std::string();
}

bool changes_channel(const model::Transcript& transcript, std::size_t segment) {
    const auto& segments = transcript.segments;
    return segments[segment].channel && (segment == 0 || segments[segment - 1].channel != segments[segment].channel);
}

model::Transcript with_channel_prefixes(model::Transcript transcript) {
    for (std::size_t i = 0; i < transcript.segments.size(); ++i) {
        if (!changes_channel(transcript, i)) continue;
        model::Segment& segment = transcript.segments[i];
        segment.text = channel_name(segment) + ": " + segment.text;
        if (segment.words.empty()) continue;
        const double start = segment.words.front().time.start_seconds;
        const model::Word number{
            .time = {start, start}, .text = std::to_string(*segment.channel) + ":", .confidence = 1};
        const model::Word name{.time = {start, start}, .text = "Channel", .confidence = 1};
        segment.words.insert(segment.words.begin(), {name, number});
    }
    return transcript;
}

}  // namespace formats
