// Test support: what holds for every transcript and every rule set; the property test and the fuzzer ask the same.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "formats/characters.hpp"
#include "formats/cue_check.hpp"
#include "formats/cue_times.hpp"
#include "formats/cues.hpp"
#include "formats/formats.hpp"
#include "formats/test_parsers.hpp"

namespace formats::test {

inline std::string without_spaces(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = next_character(text);
        if (character.base != ' ') result += character.bytes;
        text.remove_prefix(character.bytes.size());
    }
    return result;
}

/// Each function gives what is broken, or "" when all holds.
inline std::string broken_text(const model::Transcript& transcript, const std::vector<Cue>& cues) {
    std::vector<std::string> shown(transcript.segments.size());
    for (const Cue& cue : cues) {
        for (const std::string& line : cue.lines)
            shown[cue.segment] += without_spaces(line);
    }
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const std::string said = without_spaces(clean_text(transcript.segments[i].text));
        if (shown[i] != said) return "text of segment " + std::to_string(i) + ": <" + shown[i] + "> for <" + said + ">";
    }
    return "";
}

inline std::string broken_line(const Cue& cue, const SubtitleRules& rules) {
    if (cue.lines.empty() || cue.lines.size() > rules.max_lines) return "number of lines";
    for (const std::string& line : cue.lines) {
        if (line.empty() || line.front() == ' ' || line.back() == ' ')
            return "line without text or with space around it";
        const bool one_word = !line.contains(' ') && cue.lines.size() == 1;
        if (count_characters(line) > rules.max_line_characters && !one_word) return "line too long: " + line;
    }
    return "";
}

inline std::string broken_times(const model::Transcript& transcript, const std::vector<Cue>& cues,
                                const SubtitleRules& rules) {
    std::int64_t free_from_ms = 0;
    std::size_t segment = 0;
    for (const Cue& cue : cues) {
        if (cue.start_ms < free_from_ms) return "overlap at " + std::to_string(cue.start_ms);
        if (cue.end_ms <= cue.start_ms) return "no duration at " + std::to_string(cue.start_ms);
        if (cue.segment < segment) return "order of segments";
        const double seconds = static_cast<double>(cue.end_ms - cue.start_ms) / 1000;
        if (seconds > rules.max_duration_seconds) return "too long at " + std::to_string(cue.start_ms);
        const double heard_ms = transcript.segments[cue.segment].time.start_seconds * 1000;
        if (static_cast<double>(cue.start_ms + max_lead_ms + 1) < heard_ms) return "shown before it is heard";
        free_from_ms = cue.end_ms;
        segment = cue.segment;
    }
    return "";
}

inline std::string broken_bytes(std::string_view content) {
    if (base::valid_utf8(content) != content) return "malformed UTF-8";
    for (const char byte : content) {
        if ((static_cast<unsigned char>(byte) < 0x20 && byte != '\n') || byte == 0x7F) return "control character";
    }
    return content.contains("\xEF\xBB\xBF") ? "byte order mark" : "";
}

/// A full width form in the text itself reads back from SubRip as its plain form.
inline std::vector<std::string> without_full_width(std::vector<std::string> lines) {
    for (std::string& line : lines)
        line = unescape(line, srt_unescapes, "").value();
    return lines;
}

inline std::string broken_parse(const std::optional<ParsedFile>& file, const std::vector<Cue>& cues) {
    if (!file) return "does not parse";
    if (file->cues.size() != cues.size()) return "number of cues";
    for (std::size_t i = 0; i < cues.size(); ++i) {
        const ParsedCue& parsed = file->cues[i];
        if (parsed.start_ms != cues[i].start_ms || parsed.end_ms != cues[i].end_ms) return "times of a cue";
        if (without_full_width(parsed.lines) != without_full_width(cues[i].lines)) return "lines of a cue";
    }
    return "";
}

inline std::size_t notes_of(const model::Transcript& transcript) {
    return static_cast<std::size_t>(std::ranges::count_if(transcript.segments, [](const model::Segment& segment) {
        return !segment.doubts.empty() && !clean_text(segment.text).empty();
    }));
}

inline std::string broken_cues(const model::Transcript& transcript, const std::vector<Cue>& cues,
                               const SubtitleRules& rules) {
    for (const Cue& cue : cues) {
        if (std::string broken = broken_line(cue, rules); !broken.empty()) return broken;
    }
    if (std::string broken = broken_times(transcript, cues, rules); !broken.empty()) return broken;
    return broken_text(transcript, cues);
}

inline std::string broken_format(const Format& format, const model::Transcript& transcript,
                                 const std::vector<Cue>& cues, const SubtitleRules& rules) {
    const Export result = write(format, transcript, {rules, false}).value();
    if (std::string broken = broken_bytes(result.content); !broken.empty()) return broken;
    const bool refused = !write(format, transcript, {rules, true}).has_value();
    if (refused != !result.violations.empty()) return "strict";
    if (!format.has_cues && !result.violations.empty()) return "violations without cues";
    if (format.name == "srt") return broken_parse(parse_srt(result.content), cues);
    if (format.name != "vtt") return "";
    const auto file = parse_vtt(result.content);
    if (file && file->notes != notes_of(transcript)) return "number of notes";
    return broken_parse(file, cues);
}

inline std::string broken_invariant(const model::Transcript& transcript, const SubtitleRules& rules) {
    const std::vector<Cue> cues = build_cues(transcript, rules);
    if (std::string broken = broken_cues(transcript, cues, rules); !broken.empty()) return broken;
    for (const Format& format : all_formats()) {
        const std::string broken = broken_format(format, transcript, cues, rules);
        if (!broken.empty()) return std::string(format.name) + ": " + broken;
    }
    return "";
}

}  // namespace formats::test
