// Test support: SubRip and WebVTT read back, strictly: nothing that a lenient player might let pass.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace formats::test {

struct ParsedCue {
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;
    std::vector<std::string> lines;  // unescaped
};

struct ParsedFile {
    std::vector<ParsedCue> cues;
    std::size_t notes = 0;
};

inline std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The blocks between blank lines; none may be empty, and the file ends with exactly one line feed.
inline std::optional<std::vector<std::vector<std::string_view>>> split_blocks(std::string_view text) {
    std::vector<std::vector<std::string_view>> blocks;
    if (text.empty()) return blocks;
    if (!text.ends_with('\n') || text.ends_with("\n\n")) return std::nullopt;
    blocks.emplace_back();
    for (const std::string_view line : split_lines(text)) {
        if (line.empty() && blocks.back().empty()) return std::nullopt;
        if (line.empty()) {
            blocks.emplace_back();
        } else {
            blocks.back().push_back(line);
        }
    }
    return blocks;
}

inline std::optional<std::int64_t> number_of(std::string_view digits) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool complete = error == std::errc{} && end == digits.data() + digits.size() && digits.front() != '-';
    return complete ? std::optional(number) : std::nullopt;
}

/// hh:mm:ss.mmm, at least two digits of hours.
inline std::optional<std::int64_t> time_of(std::string_view text, char point) {
    if (text.size() < 12) return std::nullopt;
    const std::string_view tail = text.substr(text.size() - 10);
    if (tail[0] != ':' || tail[3] != ':' || tail[6] != point) return std::nullopt;
    const auto hours = number_of(text.substr(0, text.size() - 10));
    const auto minutes = number_of(tail.substr(1, 2));
    const auto seconds = number_of(tail.substr(4, 2));
    const auto thousandths = number_of(tail.substr(7, 3));
    if (!hours || !minutes || !seconds || !thousandths || *minutes > 59 || *seconds > 59) return std::nullopt;
    return ((*hours * 60 + *minutes) * 60 + *seconds) * 1000 + *thousandths;
}

struct Unescape {
    std::string_view escaped;
    std::string_view plain;
};

inline constexpr std::array srt_unescapes{Unescape{"＜", "<"}, Unescape{"＞", ">"}, Unescape{"｛", "{"},
                                          Unescape{"｝", "}"}, Unescape{"＼", "\\"}};
inline constexpr std::array vtt_unescapes{Unescape{"&lt;", "<"}, Unescape{"&gt;", ">"}, Unescape{"&amp;", "&"}};

/// Nothing when the text has a character of `forbidden` that is no escape.
inline std::optional<std::string> unescape(std::string_view text, std::span<const Unescape> unescapes,
                                           std::string_view forbidden) {
    std::string plain;
    while (!text.empty()) {
        const auto starts = [&](const Unescape& unescape) { return text.starts_with(unescape.escaped); };
        const auto known = std::ranges::find_if(unescapes, starts);
        if (known == unescapes.end() && forbidden.contains(text.front())) return std::nullopt;
        plain += known == unescapes.end() ? text.substr(0, 1) : known->plain;
        text.remove_prefix(known == unescapes.end() ? 1 : known->escaped.size());
    }
    return plain;
}

struct Dialect {
    char point;
    std::span<const Unescape> unescapes;
    std::string_view forbidden;
};

inline std::optional<ParsedCue> parse_cue(const std::vector<std::string_view>& block, std::size_t number,
                                          const Dialect& dialect) {
    if (block.size() < 3 || block[0] != std::to_string(number)) return std::nullopt;
    const std::size_t arrow = block[1].find(" --> ");
    if (arrow == std::string_view::npos) return std::nullopt;
    const auto start = time_of(block[1].substr(0, arrow), dialect.point);
    const auto end = time_of(block[1].substr(arrow + 5), dialect.point);
    if (!start || !end || *start >= *end) return std::nullopt;
    ParsedCue cue{*start, *end, {}};
    for (std::size_t i = 2; i < block.size(); ++i) {
        auto line = unescape(block[i], dialect.unescapes, dialect.forbidden);
        if (!line || block[i].contains("-->")) return std::nullopt;
        cue.lines.push_back(std::move(*line));
    }
    return cue;
}

inline std::optional<ParsedFile> parse_srt(std::string_view text) {
    const auto blocks = split_blocks(text);
    if (!blocks) return std::nullopt;
    ParsedFile file;
    for (const auto& block : *blocks) {
        auto cue = parse_cue(block, file.cues.size() + 1, {',', srt_unescapes, "<>{}\\"});
        if (!cue) return std::nullopt;
        file.cues.push_back(std::move(*cue));
    }
    return file;
}

inline std::optional<ParsedFile> parse_vtt(std::string_view text) {
    const auto blocks = split_blocks(text);
    if (!blocks || blocks->empty() || blocks->front() != std::vector<std::string_view>{"WEBVTT"}) return std::nullopt;
    ParsedFile file;
    for (std::size_t i = 1; i < blocks->size(); ++i) {
        const auto& block = (*blocks)[i];
        if (block[0].starts_with("NOTE ")) {
            ++file.notes;
            if (block.size() != 1 || block[0].contains("-->")) return std::nullopt;
            continue;
        }
        auto cue = parse_cue(block, file.cues.size() + 1, {'.', vtt_unescapes, "<>&"});
        if (!cue) return std::nullopt;
        file.cues.push_back(std::move(*cue));
    }
    return file;
}

}  // namespace formats::test
