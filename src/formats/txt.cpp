#include "formats/channels.hpp"
#include "formats/characters.hpp"
#include "formats/line_breaks.hpp"
#include "formats/speakers.hpp"
#include "formats/transcript_text.hpp"
#include "formats/writers.hpp"

namespace formats {
namespace {

constexpr double paragraph_pause_seconds = 2;
constexpr std::size_t paragraph_characters = 600;

bool ends_with_sentence(std::string_view text) {
    return ends_sentence(text.substr(text.rfind(' ') + 1));
}

std::string label_of(const std::string& speaker) {
    return speaker.empty() ? "" : clean_text(speaker) + ":";
}

}  // namespace

Export write_txt(const model::Transcript& transcript, const ExportOptions& /*options*/) {
    const bool with_speakers = tells_speakers(transcript);
    std::string content;
    std::string paragraph;
    std::string speaker;
    bool full = false;
    double said_until_seconds = 0;
    for (std::size_t i = 0; i < transcript.segments.size(); ++i) {
        const model::Segment& segment = transcript.segments[i];
        const std::string text = clean_text(segment.text);
        const bool turns = changes_channel(transcript, i);
        const bool pause = segment.time.start_seconds - said_until_seconds >= paragraph_pause_seconds;
        const bool other = with_speakers && segment.speaker != speaker;
        if (!paragraph.empty() && (pause || full || turns || other)) {
            content += paragraph + "\n\n";
            paragraph.clear();
        }
        if (paragraph.empty() && !text.empty() && with_speakers) paragraph = label_of(segment.speaker);
        if (!text.empty()) speaker = segment.speaker;
        append_text(paragraph, turns ? channel_name(segment) + ": " + text : text);
        full = ends_with_sentence(text) && count_characters(paragraph) >= paragraph_characters;
        said_until_seconds = segment.time.end_seconds;
    }
    if (!paragraph.empty()) content += paragraph + "\n";
    return {content, {}};
}

}  // namespace formats
