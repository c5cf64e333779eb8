// A segment's text as words with times: what cues are built from. Pure; any thread.
#pragma once
#include <string>
#include <vector>

#include "model/transcript.hpp"

namespace formats {

struct Word {
    std::string text;          // with its punctuation, never empty; a single character in scripts without spaces
    bool space_before = true;  // whether a space parts it from the word before it on the same line
    model::TimeSpan time;      // when it is heard, on the media's clock
};

/// The words of a segment, in order. This is the one place that knows where word times come from: the recogniser's,
/// where it gives one for each word of the text (an edited segment has none); else the words are spread over the
/// segment's speech (never over its silences) in proportion to their length, and a pause is taken to fall at the end of
/// a sentence or clause when one is near. Every word lies inside the segment; times never go back. A segment whose
/// speech is not known counts as speech throughout.
std::vector<Word> time_words(const model::Segment& segment, bool english);

}  // namespace formats
