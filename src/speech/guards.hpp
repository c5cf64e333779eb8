// What keeps invented words out of a transcript: before recognition, whether a segment has speech enough to be heard at
// all; after it, whether its text can be what somebody said. Doubtful text is marked and kept. Pure; any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "model/transcript.hpp"
#include "speech/planner.hpp"
#include "speech/recogniser.hpp"

namespace speech {

/// Why a segment must not be recognised, as model::Unheard::reason tells it; empty when it may be.
std::string_view reason_to_skip(const PlannedSegment& segment);

/// What speaks against the text of a segment; empty when nothing does. An engine that tells no probabilities is
/// believed.
std::vector<model::Doubt> doubts_about(const PlannedSegment& segment, const Recognition& recognition);

/// The words of a text, lower case, without ASCII punctuation; where a script writes no spaces, each character is a
/// word.
std::vector<std::string> words_of(std::string_view text);

/// Whether some run of words stands there over and over, more often than people say one.
bool has_repetition(const std::vector<std::string>& words);

}  // namespace speech
