// Figures of speech. Pure; any thread.
#pragma once
#include <cstddef>
#include <optional>
#include <span>

#include "model/transcript.hpp"
#include "services/analysis/sentences.hpp"

namespace analysis {

struct Pause {
    model::TimeSpan time;
    [[nodiscard]] double seconds() const { return time.end_seconds - time.start_seconds; }
};

struct Statistics {
    double duration_seconds = 0;
    double speech_seconds = 0;  // as voice activity heard it; a segment's whole time where that is not known
    double silence_share = 0;   // of the duration, 0 to 1
    std::size_t segments = 0;
    std::size_t sentences = 0;
    std::size_t words = 0;
    std::size_t distinct_words = 0;      // but for case
    double words_a_minute = 0;           // of speech, not of duration
    std::optional<Pause> longest_pause;  // between two stretches of speech
    double doubtful_share = 0;           // of the words, in doubtful segments, 0 to 1
    std::optional<double> reading_ease;  // English only
};

Statistics statistics_of(const model::Transcript& transcript, std::span<const Sentence> sentences);

/// Flesch's reading ease ("A new readability yardstick", 1948) of English sentences: 100 is very easy, 0 very hard; may
/// lie beyond both. Absent for less than 50 words and for text without punctuation.
std::optional<double> reading_ease(std::span<const Sentence> sentences);

/// Of an English word (folded), by its groups of vowels; at least 1.
std::size_t count_syllables(std::string_view folded);

}  // namespace analysis
