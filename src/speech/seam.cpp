#include "speech/seam.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <ranges>
#include <string_view>
#include <utility>

#include "speech/guards.hpp"
#include "speech/script.hpp"

namespace speech {
namespace {

constexpr std::string_view closing_marks = ".,;:!?";
constexpr std::ptrdiff_t least_common_letters = 3;
constexpr double least_common_part = 0.55;  // of two words that may be one
constexpr double trust_in_parts = 0.7;      // beside words that are equal

std::int64_t middle(const SampleSpan& span) {
    return std::midpoint(span.start, span.end);
}

std::int64_t shared(const SampleSpan& a, const SampleSpan& b) {
    return std::max<std::int64_t>(0, common_part(a, b).length());
}

// Where the n-th sample of a segment's speech lies in the stream.
class SpeechClock {
  public:
    explicit SpeechClock(const std::vector<SampleSpan>& speech) : speech_(speech) {
        for (const SampleSpan& span : speech_)
            length_ += span.length();
    }
    [[nodiscard]] std::int64_t length() const { return length_; }
    [[nodiscard]] std::int64_t sample_at(std::int64_t spoken) const {
        for (const SampleSpan& span : speech_) {
            if (spoken <= span.length()) return span.start + spoken;
            spoken -= span.length();
        }
        return speech_.back().end;
    }

  private:
    const std::vector<SampleSpan>& speech_;
    std::int64_t length_ = 0;
};

std::vector<SpokenWord> split_text(std::string_view text) {
    std::vector<SpokenWord> words;
    bool spaced = true;
    bool open = false;  // whether the next byte goes on with the last word
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (is_space(byte)) {
            spaced = true;
            open = false;
        } else if (is_unspaced(byte)) {
            words.push_back(
                {.text = std::string(text.substr(i, 3)), .span = {}, .spaced = std::exchange(spaced, false)});
            open = false;
            i += 2;
        } else {
            if (!open) words.push_back({.text = {}, .span = {}, .spaced = std::exchange(spaced, false)});
            words.back().text += text[i];
            open = true;
        }
    }
    return words;
}

// By their share of the text's bytes.
void spread(std::vector<SpokenWord>& words, const std::vector<SampleSpan>& speech) {
    std::int64_t bytes = 0;
    for (const SpokenWord& word : words)
        bytes += std::ssize(word.text);
    if (bytes == 0) return;  // no words
    const SpeechClock clock(speech);
    std::int64_t before = 0;
    for (SpokenWord& word : words) {
        word.span.start = clock.sample_at(before * clock.length() / bytes);
        before += std::ssize(word.text);
        word.span.end = clock.sample_at(before * clock.length() / bytes);
    }
}

// Lower case, without punctuation.
std::string bare(std::string_view text) {
    std::string all;
    for (const std::string& word : words_of(text))
        all += word;
    return all;
}

// An edge that cuts a word leaves its beginning or its end: "street" of "streetcars".
double text_likeness(std::string_view a, std::string_view b) {
    if (a == b) return a.empty() ? 0 : 1;
    const auto front = std::ranges::mismatch(a, b).in1 - a.begin();
    const auto back = std::ranges::mismatch(std::views::reverse(a), std::views::reverse(b)).in1 - a.rbegin();
    const std::ptrdiff_t common = std::max(front, back);
    const double part = static_cast<double>(common) / static_cast<double>(std::max(a.size(), b.size()));
    return common >= least_common_letters && part >= least_common_part ? part * trust_in_parts : 0;
}

// How far two words are the same one: 0 when they are not, 1 when text and time agree.
double likeness(const SpokenWord& a, const SpokenWord& b, std::int64_t tolerance) {
    const std::int64_t apart = std::abs(middle(a.span) - middle(b.span));
    if (apart >= tolerance) return 0;
    return text_likeness(bare(a.text), bare(b.text)) *
           (1 - static_cast<double>(apart) / static_cast<double>(tolerance));
}

struct Run {
    std::size_t before = 0;  // its first word there
    std::size_t after = 0;
    std::size_t length = 0;
    double likeness = 0;  // of all its words together
};

// The run of words that both have which is most surely the same.
Run most_like_run(std::span<const SpokenWord> before, std::span<const SpokenWord> after, std::int64_t tolerance) {
    Run best;
    for (std::size_t i = 0; i < before.size(); ++i) {
        for (std::size_t j = 0; j < after.size(); ++j) {
            Run run{.before = i, .after = j};
            while (i + run.length < before.size() && j + run.length < after.size()) {
                const double like = likeness(before[i + run.length], after[j + run.length], tolerance);
                if (like <= 0) break;
                run.likeness += like;
                ++run.length;
            }
            if (run.likeness > best.likeness) best = run;
        }
    }
    return best;
}

Seam seam_through(const Run& run, std::span<const SpokenWord> before, std::span<const SpokenWord> after,
                  const SampleSpan& overlap) {
    std::size_t best = 0;
    std::int64_t best_distance = std::numeric_limits<std::int64_t>::max();
    for (std::size_t k = 0; k < run.length; ++k) {
        const std::int64_t both = middle(before[run.before + k].span) + middle(after[run.after + k].span);
        const std::int64_t distance = std::abs(both - 2 * middle(overlap));
        if (distance >= best_distance) continue;
        best = k;
        best_distance = distance;
    }
    const bool deeper = middle(before[run.before + best].span) > middle(overlap);
    return {run.before + best + 1, run.after + best + 1, true, deeper};
}

// The sound of a word that none of the others tells.
std::int64_t lost(const SpokenWord& word, std::span<const SpokenWord> told) {
    std::int64_t rest = word.span.length();
    for (const SpokenWord& other : told)
        rest -= shared(word.span, other.span);
    return std::max<std::int64_t>(0, rest);
}

// Twice the sound that this seam loses or tells twice, and how far from the middle of the overlap it is.
std::int64_t cost_of(const Seam& seam, std::span<const SpokenWord> before, std::span<const SpokenWord> after,
                     const SampleSpan& overlap) {
    const auto kept = before.first(seam.keep);
    const auto told = after.subspan(seam.from);
    std::int64_t cost = 0;
    for (const SpokenWord& word : before.subspan(seam.keep))
        cost += 2 * lost(word, told);
    for (const SpokenWord& word : after.first(seam.from))
        cost += 2 * lost(word, kept);
    for (const SpokenWord& word : kept) {
        for (const SpokenWord& other : told)
            cost += 2 * shared(word.span, other.span);
    }
    const std::int64_t begins = kept.empty() ? overlap.start : kept.back().span.end;
    const std::int64_t ends = told.empty() ? overlap.end : told.front().span.start;
    return cost + std::abs(std::midpoint(begins, ends) - middle(overlap)) / 2;
}

Seam cheapest_seam(std::span<const SpokenWord> before, std::span<const SpokenWord> after, const SampleSpan& overlap) {
    Seam best;
    std::int64_t best_cost = std::numeric_limits<std::int64_t>::max();
    for (std::size_t keep = 0; keep <= before.size(); ++keep) {
        for (std::size_t from = 0; from <= after.size(); ++from) {
            const std::int64_t cost = cost_of({keep, from}, before, after, overlap);
            if (cost >= best_cost) continue;
            best = {keep, from};
            best_cost = cost;
        }
    }
    return best;
}

std::size_t closing_marks_of(std::string_view text) {
    const std::size_t last = text.find_last_not_of(closing_marks);
    return last == std::string_view::npos ? 0 : text.size() - last - 1;
}

bool is_lower(char byte) {
    return byte >= 'a' && byte <= 'z';
}

bool is_upper(char byte) {
    return byte >= 'A' && byte <= 'Z';
}

char lower(char byte) {
    return is_upper(byte) ? static_cast<char>(byte - 'A' + 'a') : byte;
}

// A capital letter that a sentence's beginning may have put there: not of a name of capitals, not of "I", "I'm".
bool may_begin_sentence(std::string_view text) {
    return text.size() > 1 && is_upper(text.front()) && is_lower(text[1]);
}

// Of two that differ, the one that lies deeper inside its segment is right.
SpokenWord fused(const SpokenWord& before, const SpokenWord& after, bool after_is_deeper) {
    SpokenWord word = before;
    if (after_is_deeper && bare(before.text) != bare(after.text)) {
        word.text = after.text;
        if (is_lower(before.text.front()) && may_begin_sentence(word.text))
            word.text.front() = lower(word.text.front());
    }
    word.text.resize(word.text.size() - closing_marks_of(word.text));
    word.text += after.text.substr(after.text.size() - closing_marks_of(after.text));
    word.span.end = std::max(before.span.start, after.span.end);
    word.confidence = std::max(before.confidence, after.confidence);
    return word;
}

// What only the cut can have written: a capital letter where the earlier segment went on within a sentence, a full stop
// where the later one does.
void mend(SpokenWord& last, bool last_of_segment, SpokenWord& first, bool first_of_segment) {
    const bool ends = closing_marks_of(last.text) > 0 && last.text.back() != ',';
    if (first_of_segment && !last_of_segment && !ends && may_begin_sentence(first.text))
        first.text.front() = lower(first.text.front());
    if (last_of_segment && !first_of_segment && last.text.ends_with('.') && is_lower(first.text.front()))
        last.text.pop_back();
}

// The two engines' runs may disagree by some hundredths of a second where they meet.
void keep_order(std::vector<SpokenWord>& words, std::size_t from) {
    for (std::size_t i = std::max<std::size_t>(from, 1); i < words.size(); ++i) {
        words[i].span.start = std::max(words[i].span.start, words[i - 1].span.end);
        words[i].span.end = std::max(words[i].span.end, words[i].span.start);
    }
}

}  // namespace

std::vector<SpokenWord> spoken_words(const PlannedSegment& segment, const Recognition& recognition) {
    std::vector<SpokenWord> words;
    for (const RecognisedWord& word : recognition.words) {
        words.push_back({.text = word.text,
                         .span = {segment.span.start + word.span.start, segment.span.start + word.span.end},
                         .confidence = word.confidence});
    }
    if (!words.empty()) return words;
    words = split_text(recognition.text);
    spread(words, segment.speech);
    return words;
}

std::string text_of(std::span<const SpokenWord> words) {
    std::string text;
    for (const SpokenWord& word : words) {
        if (word.spaced && !text.empty()) text += ' ';
        text += word.text;
    }
    return text;
}

Seam find_seam(std::span<const SpokenWord> before, std::span<const SpokenWord> after, const SampleSpan& overlap,
               std::int64_t tolerance) {
    const auto beyond =
        std::ranges::find_if(after, [&](const SpokenWord& word) { return word.span.start >= overlap.end; });
    const auto twice = after.first(static_cast<std::size_t>(beyond - after.begin()));
    const Run run = most_like_run(before, twice, tolerance);
    return run.length > 0 ? seam_through(run, before, twice, overlap) : cheapest_seam(before, twice, overlap);
}

std::vector<SpokenWord> join(std::span<const SpokenWord> before, std::span<const SpokenWord> after, const Seam& seam) {
    std::vector<SpokenWord> words(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(seam.keep));
    words.insert(words.end(), after.begin() + static_cast<std::ptrdiff_t>(seam.from), after.end());
    if (seam.matched) {
        words[seam.keep - 1] = fused(before[seam.keep - 1], after[seam.from - 1], seam.after_is_deeper);
    } else if (seam.keep > 0 && seam.keep < words.size()) {
        mend(words[seam.keep - 1], seam.keep == before.size(), words[seam.keep], seam.from == 0);
    }
    if (seam.from == 0 && seam.keep < words.size())
        words[seam.keep].spaced = !is_unspaced(static_cast<unsigned char>(words[seam.keep].text.front()));
    keep_order(words, seam.keep > 0 ? seam.keep - 1 : 0);
    return words;
}

}  // namespace speech
