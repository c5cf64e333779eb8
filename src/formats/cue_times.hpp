// From when words are heard to when a cue is shown. Pure; any thread.
#pragma once
#include <cstdint>
#include <vector>

#include "formats/cues.hpp"

namespace formats {

/// How much before its first word a cue may appear, where it would be too short to read otherwise or where a tiny
/// gap is closed.
inline constexpr std::int64_t max_lead_ms = 400;

/// Takes cues timed as they are heard, in order of their starts, and moves their times:
/// - ends go later, into the silence that follows, until the cue can be read (min_duration, characters a second);
/// - where that does not suffice, starts go earlier, by max_lead_ms at most;
/// - a gap that is smaller than the rules' gap is opened by ending the earlier cue sooner; a gap up to close_gap_frames
///   is closed to exactly the rules' gap;
/// - no cue is longer than max_duration_seconds, and none ends after `media_end_ms` (0: not known) unless it was heard
/// there. Afterwards every cue lasts at least 1 ms and none overlaps the next, whatever came in.
void fit_times(std::vector<Cue>& cues, const SubtitleRules& rules, double frame_rate_hz, std::int64_t media_end_ms);

}  // namespace formats
