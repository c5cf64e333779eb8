// Which rules which cues break. Reads the cues alone, knows nothing of how they were made: the tests' oracle too.
// Pure; any thread.
#pragma once
#include <span>
#include <vector>

#include "formats/cues.hpp"
#include "formats/subtitle_rules.hpp"

namespace formats {

/// In the order of the cues, then of the rules' fields; each rule at most once a cue, with its worst value. A gap
/// counts for the cue before it. A line's characters include its spaces; reading speed counts the characters of all
/// lines.
std::vector<RuleViolation> check_cues(std::span<const Cue> cues, const SubtitleRules& rules, double frame_rate_hz);

}  // namespace formats
