// Folds recognised segments, in order, into the transcript: empty_transcript, then each segment once, then
// end_transcript. The same calls give the same transcript, wherever the segments were recognised. Pure; belongs to one
// thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "model/transcript.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"

namespace speech {

/// `engine` is the fingerprint (cutter.hpp) of whatever makes the segments.
model::Transcript empty_transcript(std::string language, std::string engine);

/// Adds a recognised segment: its text with what is doubtful about it, or "no_words" to the unheard when there is none.
void add_recognised(model::Transcript& transcript, const PlannedSegment& segment, const Recognition& recognition);

/// Accounts for a segment that was not recognised.
void add_skipped(model::Transcript& transcript, const PlannedSegment& segment, std::string_view reason);

/// After the last segment: how much was heard in all.
void end_transcript(model::Transcript& transcript, std::int64_t heard_samples);

}  // namespace speech
