#include "formats/formats.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "formats/speakers.hpp"
#include "formats/writers.hpp"

namespace formats {
namespace {

using base::ErrorCode;

constexpr std::array rows{
    Format{"txt", "txt", "text/plain; charset=utf-8", "Plain text in paragraphs", false, write_txt},
    Format{"srt", "srt", "application/x-subrip; charset=utf-8", "SubRip subtitles", true, write_srt},
    Format{"vtt", "vtt", "text/vtt; charset=utf-8", "WebVTT subtitles", true, write_vtt},
    Format{"json", "json", "application/json", "OpenAI's verbose_json", false, write_json},
};

constexpr std::size_t most_listed = 20;

std::string list_violations(const std::vector<RuleViolation>& violations) {
    std::string list;
    for (std::size_t i = 0; i < std::min(violations.size(), most_listed); ++i) {
        list += (i == 0 ? "" : "; ") + describe(violations[i]);
    }
    if (violations.size() > most_listed) list += "; and " + std::to_string(violations.size() - most_listed) + " more";
    return list;
}

}  // namespace

std::span<const Format> all_formats() {
    return rows;
}

base::Result<const Format*> find_format(std::string_view name) {
    const std::string_view own_name = name == "verbose_json" ? "json" : name;
    const auto* row = std::ranges::find(rows, own_name, &Format::name);
    if (row != rows.end()) return row;
    std::string known;
    for (const Format& format : rows)
        known.append(known.empty() ? "" : ", ").append(format.name);
    return base::fail(ErrorCode::unknown_format,
                      "there is no format \"" + base::printable(name, 60) + "\"; known: " + known);
}

base::Result<Export> write(const Format& format, const model::Transcript& transcript, const ExportOptions& options) {
    const bool as_it_is = options.wording == Wording{} && transcript.speakers.empty();
    Export result = as_it_is ? format.write(transcript, options)
                             : format.write(reworded(with_names(transcript), options.wording), options);
    if (!options.strict || result.violations.empty()) return result;
    return base::fail(ErrorCode::subtitle_rules_broken,
                      "the cues break the rules of " + options.rules.name + ": " + list_violations(result.violations));
}

}  // namespace formats
