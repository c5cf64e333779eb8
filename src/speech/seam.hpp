// Two recognitions of the same moment made one. A segment that had to be cut where nobody pauses and the one after it
// both hold the sound around the cut (planner.hpp), so the words there were recognised twice, those at the very edges
// perhaps only in half. The words that both have are found by text and time, and the seam goes through one of them, as
// deep inside both segments as it can; where they have none in common, it goes where the least sound is lost or told
// twice. Pure; any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "speech/planner.hpp"
#include "speech/recogniser.hpp"

namespace speech {

struct SpokenWord {
    std::string text;
    SampleSpan span;  // of the stream
    float confidence = 0;
    bool spaced = true;  // a space stands before it, unless it is the first
};

/// The words of a segment's recognition, on the stream's samples. Of an engine that tells no words, those of its text
/// (single characters where a script writes no spaces), spread evenly over the segment's speech.
std::vector<SpokenWord> spoken_words(const PlannedSegment& segment, const Recognition& recognition);

/// What the words read as.
std::string text_of(std::span<const SpokenWord> words);

/// Where `before` gives way to `after`: the words before[0..keep) and after[from..) are told. When `matched`, the last
/// kept and the last passed over are the same word, which both heard.
struct Seam {
    std::size_t keep = 0;
    std::size_t from = 0;
    bool matched = false;
    bool after_is_deeper = false;  // the match lies deeper inside the later segment
};

/// `before`: the words of the earlier segment that reach into the overlap; `after`: all of the later one. `tolerance`:
/// how many samples apart one word's two times may be.
Seam find_seam(std::span<const SpokenWord> before, std::span<const SpokenWord> after, const SampleSpan& overlap,
               std::int64_t tolerance);

/// One run of words out of both, in order of time. A word that both heard is written as the earlier segment begins it
/// and as the later one ends it, for each knows what stands on that side: so no capital letter and no full stop comes
/// from the cut.
std::vector<SpokenWord> join(std::span<const SpokenWord> before, std::span<const SpokenWord> after, const Seam& seam);

}  // namespace speech
