// From segments to sentences: what summaries, phrases and chapters are made of. Pure; any thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/transcript.hpp"

namespace analysis {

struct Sentence {
    model::TimeSpan time;   // on the media's clock, spread over the speech of its segments in proportion to length
    std::string text;       // on one line, never empty
    bool doubtful = false;  // some of it stands in a doubtful segment
};

inline constexpr double sentence_pause_seconds = 2;        // nobody goes on with a sentence after that
inline constexpr std::size_t longest_sentence_words = 80;  // transcripts without any punctuation are cut here,
inline constexpr std::size_t long_sentence_words = 40;     // or where a segment ends after this many

/// All text of the transcript in order. A sentence ends after . ! ? … (closing quotes and brackets allowed) unless the
/// point belongs to a title, an initial or a number, at a long pause, or when it grows too long; it may join segments.
std::vector<Sentence> split_sentences(const model::Transcript& transcript);

/// Whether a sentence ends with this word, given the word after it (empty at the end of all), both with punctuation.
/// The abbreviations are English.
bool ends_sentence(std::string_view word, std::string_view next);

}  // namespace analysis
