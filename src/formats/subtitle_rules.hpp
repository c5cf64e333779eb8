// Rule sets for subtitles, as data, and what it means to break one. Pure; any thread.
// Figures of netflix-en: Netflix Timed Text Style Guide, General Requirements and English (USA) template. A character
// is what a reader takes for one (characters.hpp), spaces and punctuation included.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace formats {

struct SubtitleRules {
    std::string name;  // "netflix-en", "netflix-en-children", "custom"
    std::size_t max_line_characters = 0;
    std::size_t max_lines = 0;
    double max_characters_per_second = 0;
    double min_duration_seconds = 0;
    double max_duration_seconds = 0;
    int min_gap_frames = 0;            // between one cue's end and the next one's start
    int close_gap_frames = 0;          // gaps above the least one and up to this are closed to it; 0: none are
    double default_frame_rate_hz = 0;  // for the gaps, when the media has no video
};

struct RuleViolation {
    std::size_t cue = 0;  // counted from 1, as SubRip does
    std::string rule;     // stable: the name of the field, such as "max_characters_per_second"
    double value = 0;     // what the cue has, in the field's unit
    double limit = 0;     // what the rule allows
};

/// The built-in rule sets, the default one first.
std::span<const SubtitleRules> all_rule_sets();

/// A built-in set by name. "custom" takes `settings`, "key=value,key=value" over netflix-en's values, with the fields'
/// names as keys, each at most once; the others take none. Errors: invalid_argument; the message names the key, the
/// value and what is allowed.
base::Result<SubtitleRules> find_rules(std::string_view name, std::string_view settings);

/// One line for people: "cue 4: 23.1 characters a second (limit 20)".
std::string describe(const RuleViolation& violation);

}  // namespace formats
