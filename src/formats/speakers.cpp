#include "formats/speakers.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace formats {

model::Transcript with_names(model::Transcript transcript) {
    std::map<std::string, std::string> names;
    for (const model::Speaker& speaker : transcript.speakers) {
        if (!speaker.name.empty()) names.emplace(speaker.label, speaker.name);
    }
    const auto write_name = [&](std::string& speaker) {
        if (const auto found = names.find(speaker); found != names.end()) speaker = found->second;
    };
    if (names.empty()) return transcript;
    for (model::Segment& segment : transcript.segments) {
        write_name(segment.speaker);
        for (model::Word& word : segment.words)
            write_name(word.speaker);
    }
    return transcript;
}

bool tells_speakers(const model::Transcript& transcript) {
    const auto speaks = [](const model::Segment& segment) { return !segment.speaker.empty(); };
    const auto first = std::ranges::find_if(transcript.segments, speaks);
    return std::any_of(first, transcript.segments.end(), [&](const model::Segment& segment) {
        return speaks(segment) && segment.speaker != first->speaker;
    });
}

}  // namespace formats
