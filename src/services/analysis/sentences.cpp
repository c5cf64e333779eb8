#include "services/analysis/sentences.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/utf8.hpp"
#include "services/analysis/stop_words.hpp"
#include "services/analysis/words.hpp"

namespace analysis {
namespace {

// Before a name or a number: no sentence ends with these.
constexpr std::array<std::string_view, 32> leading_abbreviations{
    "mr",  "mrs", "ms",  "dr",  "prof", "rev",  "hon",  "gen", "col", "capt",  "lt",
    "sgt", "maj", "sen", "rep", "gov",  "pres", "supt", "det", "st",  "mt",    "ft",
    "vs",  "cf",  "viz", "fig", "eq",   "sec",  "chap", "vol", "ca",  "messrs"};
// A sentence ends with these only when the next word looks like the beginning of one.
constexpr std::array<std::string_view, 28> trailing_abbreviations{
    "etc", "inc", "ltd", "co",  "corp", "jr",  "sr",  "bros", "dept", "univ", "assn", "ave", "blvd", "rd",
    "al",  "jan", "feb", "mar", "apr",  "jun", "jul", "aug",  "sep",  "sept", "oct",  "nov", "dec",  "approx"};

template <std::size_t count>
bool contains(const std::array<std::string_view, count>& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

constexpr std::array<std::string_view, 10> closing{"\"", "'", ")", "]", "}", "\u201D", "\u2019", "\u00BB", "*", "_"};

std::string_view without_closing(std::string_view word) {
    for (bool again = true; again && !word.empty();) {
        again = false;
        for (const std::string_view mark : closing) {
            if (!word.ends_with(mark)) continue;
            word.remove_suffix(mark.size());
            again = true;
        }
    }
    return word;
}

bool starts_lower(std::string_view word) {
    const std::size_t first = word.find_first_not_of("\"'([{-");
    return first != std::string_view::npos && word[first] >= 'a' && word[first] <= 'z';
}

bool starts_with_digit(std::string_view word) {
    return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

// "The", "He", "But" with a capital: hardly ever part of a name.
bool starts_sentence(std::string_view word) {
    if (word.empty()) return true;
    const std::vector<Word> words = words_of(word);
    return !starts_lower(word) && !words.empty() && is_stop_word(words.front().folded);
}

// "J", "U.S", "e.g", "p.m": letters parted by points.
bool is_dotted(std::string_view folded) {
    for (std::size_t i = 0; i < folded.size(); ++i) {
        const bool letter = folded[i] >= 'a' && folded[i] <= 'z';
        if (i % 2 == 0 ? !letter : folded[i] != '.') return false;
    }
    return folded.size() % 2 == 1;
}

bool point_ends(std::string_view word, std::string_view next) {
    const std::vector<Word> words = words_of(word);
    if (words.empty()) return true;
    const std::string& folded = words.back().folded;
    if (folded == "no") return !starts_with_digit(next);
    if (folded == "e.g" || folded == "i.e" || contains(leading_abbreviations, folded)) return next.empty();
    if (folded == "i" || (!is_dotted(folded) && !contains(trailing_abbreviations, folded))) return true;
    return starts_sentence(next);
}

struct Token {
    std::string_view text;
    model::TimeSpan time;
    std::size_t segment = 0;
    std::optional<int> channel;
};

// Maps a share of a segment's text to a time in its speech.
class SpeechClock {
  public:
    explicit SpeechClock(const model::Segment& segment) : spans_(segment.speech) {
        if (spans_.empty()) spans_.push_back(segment.time);
        for (const model::TimeSpan& span : spans_)
            speech_seconds_ += span.end_seconds - span.start_seconds;
    }
    // Where two stretches meet, a word begins in the later one and ends in the earlier one.
    [[nodiscard]] double at(double share, bool beginning) const {
        double left = share * speech_seconds_;
        for (const model::TimeSpan& span : spans_) {
            const double length = span.end_seconds - span.start_seconds;
            if (beginning ? left < length - tolerance : left <= length + tolerance)
                return std::min(span.start_seconds + left, span.end_seconds);
            left -= length;
        }
        return spans_.back().end_seconds;
    }

  private:
    static constexpr double tolerance = 1e-9;
    std::vector<model::TimeSpan> spans_;
    double speech_seconds_ = 0;
};

void append_tokens(std::vector<Token>& tokens, const model::Segment& segment, std::size_t index) {
    constexpr std::string_view white_space = " \t\r\n\f\v";
    const SpeechClock clock(segment);
    const std::string_view text = segment.text;
    const auto size = static_cast<double>(text.size());
    for (std::size_t begin = text.find_first_not_of(white_space); begin != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(white_space, begin), text.size());
        tokens.push_back(
            {text.substr(begin, end - begin),
             {clock.at(static_cast<double>(begin) / size, true), clock.at(static_cast<double>(end) / size, false)},
             index,
             segment.channel});
        begin = text.find_first_not_of(white_space, end);
    }
}

bool cut_between(const Token& token, const Token& next, std::size_t words) {
    const bool new_segment = token.segment != next.segment;
    const bool pause = next.time.start_seconds - token.time.end_seconds >= sentence_pause_seconds;
    return token.channel != next.channel || ends_sentence(token.text, next.text) || (new_segment && pause) ||
           words >= longest_sentence_words || (new_segment && words >= long_sentence_words);
}

}  // namespace

bool ends_sentence(std::string_view word, std::string_view next) {
    word = without_closing(word);
    if (word.ends_with("\u3002") || word.ends_with("\uFF01") || word.ends_with("\uFF1F")) return true;
    if (word.ends_with("?") || word.ends_with("!") || word.ends_with("\u2026") || word.ends_with(".."))
        return !starts_lower(next);
    return word.ends_with(".") && !starts_lower(next) && point_ends(word, next);
}

std::vector<Sentence> split_sentences(const model::Transcript& transcript) {
    std::vector<Token> tokens;
    for (std::size_t i = 0; i < transcript.segments.size(); ++i)
        append_tokens(tokens, transcript.segments[i], i);
    std::vector<Sentence> sentences;
    Sentence sentence;
    std::size_t words = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const Token& token = tokens[i];
        if (words++ == 0) sentence.time.start_seconds = token.time.start_seconds;
        sentence.text.append(sentence.text.empty() ? "" : " ").append(base::valid_utf8(token.text));
        sentence.time.end_seconds = std::max(token.time.end_seconds, sentence.time.start_seconds);
        sentence.doubtful = sentence.doubtful || !transcript.segments[token.segment].doubts.empty();
        if (i + 1 < tokens.size() && !cut_between(token, tokens[i + 1], words)) continue;
        sentences.push_back(std::exchange(sentence, {}));
        words = 0;
    }
    return sentences;
}

}  // namespace analysis
