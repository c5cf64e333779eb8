// SubRip and WebVTT: the two formats that write cues.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/utf8.hpp"
#include "formats/channels.hpp"
#include "formats/characters.hpp"
#include "formats/cue_check.hpp"
#include "formats/cues.hpp"
#include "formats/speakers.hpp"
#include "formats/writers.hpp"

namespace formats {
namespace {

struct Replacement {
    char character;
    std::string_view text;
};

constexpr std::array srt_replacements{Replacement{'<', "＜"}, Replacement{'>', "＞"}, Replacement{'{', "｛"},
                                      Replacement{'}', "｝"}, Replacement{'\\', "＼"}};
constexpr std::array vtt_replacements{Replacement{'&', "&amp;"}, Replacement{'<', "&lt;"}, Replacement{'>', "&gt;"}};

std::string escape(std::string_view text, std::span<const Replacement> replacements) {
    std::string escaped;
    for (const char character : text) {
        const auto replacement = std::ranges::find(replacements, character, &Replacement::character);
        if (replacement == replacements.end()) {
            escaped += character;
        } else {
            escaped += replacement->text;
        }
    }
    return escaped;
}

// hh:mm:ss and the thousandths after `point`.
std::string clock_time(std::int64_t time_ms, char point) {
    std::array<char, 48> buffer{};
    const int size = std::snprintf(buffer.data(), buffer.size(), "%02lld:%02d:%02d%c%03d",
                                   static_cast<long long>(time_ms / 3'600'000), static_cast<int>(time_ms / 60'000 % 60),
                                   static_cast<int>(time_ms / 1000 % 60), point, static_cast<int>(time_ms % 1000));
    return {buffer.data(), static_cast<std::size_t>(size)};
}

// `voice` stands before the text as it is.
std::string write_cue(std::size_t number, const Cue& cue, char point, std::span<const Replacement> replacements,
                      std::string_view voice) {
    std::string text = std::to_string(number) + "\n" + clock_time(cue.start_ms, point) + " --> " +
                       clock_time(cue.end_ms, point) + "\n" + std::string(voice);
    for (const std::string& line : cue.lines)
        text += escape(line, replacements) + "\n";
    return text;
}

std::string write_note(const model::Segment& segment) {
    const auto time = [](double seconds) { return clock_time(std::llround(seconds * 1000), '.'); };
    std::string note =
        "NOTE doubtful from " + time(segment.time.start_seconds) + " to " + time(segment.time.end_seconds) + ":";
    for (const model::Doubt doubt : segment.doubts) {
        note.append(doubt == segment.doubts.front() ? " " : ", ").append(model::doubt_name(doubt));
    }
    return note + "\n\n";
}

struct Cues {
    std::vector<Cue> cues;
    std::vector<RuleViolation> violations;
};

Cues checked_cues(const model::Transcript& transcript, const SubtitleRules& rules) {
    std::vector<Cue> cues = build_cues(transcript, rules);
    auto violations = check_cues(cues, rules, frame_rate_of(transcript, rules));
    return {std::move(cues), std::move(violations)};
}

}  // namespace

Export write_srt(const model::Transcript& transcript, const ExportOptions& options) {
    auto [cues, violations] = checked_cues(with_channel_prefixes(transcript), options.rules);
    const bool with_speakers = tells_speakers(transcript);
    std::string content;
    std::string last;
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const std::string& speaker = transcript.segments[cues[i].segment].speaker;
        const bool change = with_speakers && speaker != std::exchange(last, speaker) && !speaker.empty();
        if (i > 0) content += '\n';
        content += write_cue(i + 1, cues[i], ',', srt_replacements,
                             change ? escape(clean_text(speaker), srt_replacements) + ": " : "");
    }
    return {std::move(content), std::move(violations)};
}

Export write_vtt(const model::Transcript& transcript, const ExportOptions& options) {
    auto [cues, violations] = checked_cues(transcript, options.rules);
    const bool with_speakers = tells_speakers(transcript);
    std::string content = "WEBVTT\n";
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const model::Segment& segment = transcript.segments[cues[i].segment];
        const bool first_of_segment = i == 0 || cues[i - 1].segment != cues[i].segment;
        content += '\n';
        if (first_of_segment && !segment.doubts.empty()) content += write_note(segment);
        std::string voice;
        if (with_speakers && !segment.speaker.empty())
            voice = "<v " + escape(clean_text(segment.speaker), vtt_replacements) + ">";
        else if (segment.channel)
            voice = "<v " + channel_name(segment) + ">";
        content += write_cue(i + 1, cues[i], '.', vtt_replacements, voice);
    }
    return {std::move(content), std::move(violations)};
}

}  // namespace formats
