#include "services/analysis/statistics.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "services/analysis/stop_words.hpp"
#include "services/analysis/words.hpp"

namespace analysis {
namespace {

constexpr std::size_t fewest_words_for_ease = 50;
constexpr std::size_t most_words_a_sentence = 40;  // more on average: there was no punctuation to go by

std::vector<model::TimeSpan> united(std::vector<model::TimeSpan> spans) {
    std::ranges::sort(spans, {}, &model::TimeSpan::start_seconds);
    std::vector<model::TimeSpan> all;
    for (const model::TimeSpan& span : spans) {
        if (!all.empty() && span.start_seconds <= all.back().end_seconds) {
            all.back().end_seconds = std::max(all.back().end_seconds, span.end_seconds);
        } else {
            all.push_back(span);
        }
    }
    return all;
}

// When anybody is heard: people on two channels may speak at once.
std::vector<model::TimeSpan> speech_of(const model::Transcript& transcript) {
    std::vector<model::TimeSpan> speech;
    for (const model::Segment& segment : transcript.segments) {
        if (segment.speech.empty()) speech.push_back(segment.time);
        speech.insert(speech.end(), segment.speech.begin(), segment.speech.end());
    }
    return transcript.channels > 1 ? united(std::move(speech)) : speech;
}

double total_seconds(std::span<const model::TimeSpan> spans) {
    double sum = 0;
    for (const model::TimeSpan& span : spans)
        sum += span.end_seconds - span.start_seconds;
    return sum;
}

std::optional<Pause> longest_pause(std::span<const model::TimeSpan> speech) {
    std::optional<Pause> longest;
    for (std::size_t i = 1; i < speech.size(); ++i) {
        const Pause pause{{speech[i - 1].end_seconds, speech[i].start_seconds}};
        if (pause.seconds() > (longest ? longest->seconds() : 0)) longest = pause;
    }
    return longest;
}

struct WordCounts {
    std::size_t all = 0;
    std::size_t distinct = 0;
    std::size_t doubtful = 0;
};

WordCounts count_words(const model::Transcript& transcript) {
    WordCounts counts;
    std::unordered_set<std::string> seen;
    for (const model::Segment& segment : transcript.segments) {
        std::vector<Word> words = words_of(segment.text);
        counts.all += words.size();
        if (!segment.doubts.empty()) counts.doubtful += words.size();
        for (Word& word : words)
            seen.insert(std::move(word.folded));
    }
    counts.distinct = seen.size();
    return counts;
}

bool is_vowel(char letter) {
    return std::string_view("aeiouy").contains(letter);
}

}  // namespace

std::size_t count_syllables(std::string_view folded) {
    std::size_t groups = 0;
    for (std::size_t i = 0; i < folded.size(); ++i) {
        if (is_vowel(folded[i]) && (i == 0 || !is_vowel(folded[i - 1]))) ++groups;
    }
    // The e of "make" and "makes" is not heard, that of "table" is.
    const bool silent_e = folded.ends_with("e") && !folded.ends_with("le") && !folded.ends_with("ee");
    const bool silent_es = folded.ends_with("ed") && !folded.ends_with("ted") && !folded.ends_with("ded");
    if ((silent_e || silent_es) && groups > 1) --groups;
    return std::max<std::size_t>(groups, 1);
}

std::optional<double> reading_ease(std::span<const Sentence> sentences) {
    std::size_t words = 0;
    std::size_t syllables = 0;
    for (const Sentence& sentence : sentences) {
        for (const Word& word : words_of(sentence.text)) {
            ++words;
            syllables += count_syllables(word.folded);
        }
    }
    if (words < fewest_words_for_ease || words > most_words_a_sentence * sentences.size()) return std::nullopt;
    const auto count = static_cast<double>(words);
    return 206.835 - 1.015 * count / static_cast<double>(sentences.size()) -
           84.6 * static_cast<double>(syllables) / count;
}

Statistics statistics_of(const model::Transcript& transcript, std::span<const Sentence> sentences) {
    const std::vector<model::TimeSpan> speech = speech_of(transcript);
    const WordCounts words = count_words(transcript);
    Statistics figures;
    figures.duration_seconds = transcript.duration_seconds;
    figures.speech_seconds = total_seconds(speech);
    if (transcript.duration_seconds > 0)
        figures.silence_share = std::clamp(1 - figures.speech_seconds / transcript.duration_seconds, 0.0, 1.0);
    figures.segments = transcript.segments.size();
    figures.sentences = sentences.size();
    figures.words = words.all;
    figures.distinct_words = words.distinct;
    if (figures.speech_seconds > 0)
        figures.words_a_minute = static_cast<double>(words.all) * 60 / figures.speech_seconds;
    figures.longest_pause = longest_pause(speech);
    if (words.all > 0) figures.doubtful_share = static_cast<double>(words.doubtful) / static_cast<double>(words.all);
    if (is_english(transcript.language)) figures.reading_ease = reading_ease(sentences);
    return figures;
}

}  // namespace analysis
