// Subtitle cues: a transcript cut into pieces that people can read while they hear them. Pure; any thread.
//
// A cue never joins two segments. Within a segment the cut is the cheapest one by dynamic programming: sentence ends
// and pauses first, then clauses, then the linguistic breaks of line_breaks.hpp; few cues; reading speed and durations
// kept where the speaker leaves time for them. Times then follow the rules (cue_times.hpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/subtitle_rules.hpp"
#include "model/transcript.hpp"

namespace formats {

struct Cue {
    std::int64_t start_ms = 0;
    std::int64_t end_ms = 0;          // after start_ms
    std::vector<std::string> lines;   // plain text, at least one, none empty, nothing escaped
    std::size_t segment = 0;          // index into the transcript's segments
    std::optional<int> channel = {};  // the segment's
};

/// The cues, in order of time: all text of the transcript, nothing left out. Those of one channel are disjoint. What a
/// rule forbids is still written (a word longer than a line, speech faster than people read): check_cues
/// (cue_check.hpp) lists it. `rules` must be in the ranges that find_rules allows.
std::vector<Cue> build_cues(const model::Transcript& transcript, const SubtitleRules& rules);

/// The frame rate that gaps are counted in: the video's, or the rules' default where it has none that makes sense.
double frame_rate_of(const model::Transcript& transcript, const SubtitleRules& rules);

}  // namespace formats
