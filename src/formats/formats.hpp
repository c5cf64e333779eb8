// Export formats: one row and one pure function each, from a transcript to the bytes of a file. Pure; any thread.
// To add one: its function (writers.hpp), its row in formats.cpp, its golden file in tests/golden/formats
// (CONTRIBUTING.md walks through it). Every output is well-formed UTF-8 with line feeds, without control characters and
// without a byte order mark.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "formats/subtitle_rules.hpp"
#include "formats/wording.hpp"
#include "model/transcript.hpp"

namespace formats {

struct ExportOptions {
    SubtitleRules rules = all_rule_sets().front();  // subtitle formats only; as find_rules gives them
    bool strict = false;                            // refuse, with the list, when a cue breaks a rule
    Wording wording = {};
};

struct Export {
    std::string content;
    std::vector<RuleViolation> violations;  // which rules which cues break; empty for formats without cues
};

struct Format {
    std::string_view name;        // what --format takes
    std::string_view extension;   // of the file, without the dot
    std::string_view media_type;  // what the API answers
    std::string_view title;       // one line for people
    bool has_cues;                // whether subtitle rules apply
    Export (*write)(const model::Transcript& transcript, const ExportOptions& options);
};

/// Every format, in the order in which help lists them.
std::span<const Format> all_formats();

/// By name; "verbose_json" is another name of json. Errors: unknown_format; the message lists the known ones.
base::Result<const Format*> find_format(std::string_view name);

/// Writes the transcript. Errors: subtitle_rules_broken when `options.strict` and a cue breaks a rule; the message has
/// the first 20 and how many more there are.
base::Result<Export> write(const Format& format, const model::Transcript& transcript, const ExportOptions& options);

}  // namespace formats
