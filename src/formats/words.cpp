#include "formats/words.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "formats/characters.hpp"
#include "formats/line_breaks.hpp"

namespace formats {
namespace {

// How much of the shorter stretch of speech beside a pause the pause may move, against an even pace.
constexpr double most_stretch = 0.7;

bool may_part(const Character& before, const Character& after) {
    const bool unspaced = is_unspaced(before.base) || is_unspaced(after.base);
    return unspaced && !opens(before.base) && !closes(after.base);
}

std::vector<Word> split_words(const std::string& text) {
    std::vector<Word> words;
    Character last;
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(last.bytes.size())) {
        const Character character = next_character(rest);
        const bool after_space = words.empty() || last.base == ' ';
        if (character.base != ' ') {
            if (after_space || may_part(last, character)) words.push_back({{}, after_space, {}});
            words.back().text += character.bytes;
        }
        last = character;
    }
    return words;
}

// How long a word takes to say, in letters: figures and ideographs stand for several sounds each.
double spoken_length(const Word& word) {
    double length = word.space_before ? 1 : 0;
    for (std::string_view rest = word.text; !rest.empty();) {
        const Character character = next_character(rest);
        const bool dense = is_unspaced(character.base) || (character.base >= '0' && character.base <= '9');
        length += dense ? 3 : 1;
        rest.remove_prefix(character.bytes.size());
    }
    return length;
}

double length_of(const model::TimeSpan& span) {
    return span.end_seconds - span.start_seconds;
}

// The stretches of speech, held to the segment and to their order.
std::vector<model::TimeSpan> speech_of(const model::Segment& segment) {
    std::vector<model::TimeSpan> spans;
    double from = segment.time.start_seconds;
    for (const model::TimeSpan& span : segment.speech) {
        const double start = std::max(span.start_seconds, from);
        const double end = std::min(span.end_seconds, segment.time.end_seconds);
        if (!(end > start)) continue;
        spans.push_back({start, end});
        from = end;
    }
    if (spans.empty()) spans.push_back(segment.time);
    return spans;
}

// How far, in seconds, the words' even pace may be bent to let a pause fall before word `next`.
double pull_of_break(const std::vector<Word>& words, std::size_t next, bool english) {
    if (next == 0 || next == words.size()) return 0;
    const int cost = cost_of_break(words[next - 1].text, words[next].text, english);
    if (cost == break_cost::sentence_end) return 0.6;
    if (cost == break_cost::clause_end) return 0.4;
    return cost == break_cost::torn_phrase ? -0.1 : 0;
}

class Alignment {
  public:
    Alignment(std::vector<Word>& words, std::vector<model::TimeSpan> spans, bool english)
        : words_(words), spans_(std::move(spans)), english_(english), said_(words.size() + 1, 0.0) {
        std::transform_inclusive_scan(words.begin(), words.end(), said_.begin() + 1, std::plus<>(), spoken_length);
        for (const model::TimeSpan& span : spans_)
            speech_seconds_ += length_of(span);
    }

    void run() {
        std::size_t first = 0;
        double spoken_seconds = 0;
        for (std::size_t i = 0; i < spans_.size(); ++i) {
            spoken_seconds += length_of(spans_[i]);
            const bool is_last = i + 1 == spans_.size();
            const std::size_t end = is_last ? words_.size() : word_after_pause(first, i, spoken_seconds);
            spread(first, end, spans_[i]);
            first = end;
        }
    }

  private:
    // When, in seconds of speech, word `next` would begin at an even pace.
    [[nodiscard]] double even_start(std::size_t next) const { return said_[next] / said_.back() * speech_seconds_; }

    // Which word comes first after the pause that follows span `i`.
    [[nodiscard]] std::size_t word_after_pause(std::size_t first, std::size_t i, double pause_seconds) const {
        const double reach = std::min(length_of(spans_[i]), length_of(spans_[i + 1])) * most_stretch;
        std::size_t best = first;
        double best_cost = INFINITY;
        for (std::size_t next = first; next <= words_.size(); ++next) {
            const double distance = std::abs(even_start(next) - pause_seconds);
            // Speech was heard there: to leave it without a word is wrong by all of its length.
            const double unexplained = next == first ? length_of(spans_[i]) : 0;
            const double pull = next > first && distance <= reach ? pull_of_break(words_, next, english_) : 0;
            const double cost = distance + unexplained - pull;
            if (cost <= best_cost) best = next;
            best_cost = std::min(cost, best_cost);
            if (even_start(next) > pause_seconds + 1) break;
        }
        return best;
    }

    void spread(std::size_t first, std::size_t end, const model::TimeSpan& span) {
        const double said = said_[end] - said_[first];
        const auto at = [&](std::size_t word) {
            return std::lerp(span.start_seconds, span.end_seconds, (said_[word] - said_[first]) / said);
        };
        for (std::size_t word = first; word < end; ++word)
            words_[word].time = {at(word), at(word + 1)};
    }

    std::vector<Word>& words_;
    std::vector<model::TimeSpan> spans_;
    bool english_;
    std::vector<double> said_;  // letters before each word, and in all
    double speech_seconds_ = 0;
};

// The recogniser's times, held to the segment and to their order, where it has one for each word between spaces; the
// characters of a word in a script without spaces share its time.
bool take_times(std::vector<Word>& words, const model::Segment& segment) {
    if (std::ranges::count(words, true, &Word::space_before) != std::ssize(segment.words)) return false;
    double from = segment.time.start_seconds;
    auto word = words.begin();
    for (const model::Word& heard : segment.words) {
        const auto end = std::find_if(word + 1, words.end(), [](const Word& next) { return next.space_before; });
        const double start_seconds = std::clamp(heard.time.start_seconds, from, segment.time.end_seconds);
        const double end_seconds = std::clamp(heard.time.end_seconds, start_seconds, segment.time.end_seconds);
        const auto parts = static_cast<double>(end - word);
        for (double part = 0; word != end; ++word, ++part) {
            word->time = {std::lerp(start_seconds, end_seconds, part / parts),
                          std::lerp(start_seconds, end_seconds, (part + 1) / parts)};
        }
        from = end_seconds;
    }
    return true;
}

}  // namespace

std::vector<Word> time_words(const model::Segment& segment, bool english) {
    std::vector<Word> words = split_words(clean_text(segment.text));
    if (words.empty() || take_times(words, segment)) return words;
    Alignment(words, speech_of(segment), english).run();
    return words;
}

}  // namespace formats
