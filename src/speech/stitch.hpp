// Folds recognised segments, in order, into the transcript. Pure; belongs to one thread.
#pragma once
#include <string_view>

#include "model/transcript.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"

namespace speech {

/// Adds a recognised segment: its text with what is doubtful about it, or "no_words" to the unheard when there is none.
void add_recognised(model::Transcript& transcript, const PlannedSegment& segment, const Recognition& recognition);

/// Accounts for a segment that was not recognised.
void add_skipped(model::Transcript& transcript, const PlannedSegment& segment, std::string_view reason);

}  // namespace speech
