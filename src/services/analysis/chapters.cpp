#include "services/analysis/chapters.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>

#include "services/analysis/key_phrases.hpp"
#include "services/analysis/terms.hpp"

namespace analysis {
namespace {

constexpr double unit_terms = 20;       // content words of the pieces that are compared
constexpr std::size_t block_units = 8;  // pieces on each side of a gap: a minute or two of speech
constexpr std::size_t title_phrases = 3;
constexpr std::size_t phrases_to_choose_from = 12;

// A piece of some 20 content words, whole sentences.
struct Unit {
    std::size_t first_sentence = 0;
    TermVector terms;
};

double total(const TermVector& terms) {
    return std::accumulate(terms.begin(), terms.end(), 0.0,
                           [](double sum, const Term& term) { return sum + term.weight; });
}

std::vector<Unit> units_of(const TermTable& table) {
    std::vector<Unit> units;
    double terms = unit_terms;
    for (std::size_t sentence = 0; sentence < table.sentences.size(); ++sentence) {
        if (terms >= unit_terms) {
            units.push_back({sentence, {}});
            terms = 0;
        }
        add_terms(units.back().terms, table.sentences[sentence]);
        terms += total(table.sentences[sentence]);
    }
    return units;
}

TermVector block(const std::vector<Unit>& units, std::size_t begin, std::size_t end) {
    TermVector sum;
    for (std::size_t unit = begin; unit < end; ++unit)
        add_terms(sum, units[unit].terms);
    return sum;
}

// How alike the blocks on both sides of each gap are; gap i stands before unit i + 1.
std::vector<double> similarities(const std::vector<Unit>& units) {
    std::vector<double> values;
    for (std::size_t gap = 1; gap < units.size(); ++gap) {
        const std::size_t reach = std::min({block_units, gap, units.size() - gap});
        values.push_back(cosine(block(units, gap - reach, gap), block(units, gap, gap + reach)));
    }
    return values;
}

std::vector<double> smoothed(const std::vector<double>& values) {
    std::vector<double> means;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t begin = i == 0 ? 0 : i - 1;
        const std::size_t end = std::min(i + 2, values.size());
        means.push_back(std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(begin),
                                        values.begin() + static_cast<std::ptrdiff_t>(end), 0.0) /
                        static_cast<double>(end - begin));
    }
    return means;
}

// The height of the nearest peak, climbing from here in steps of this direction.
double peak(const std::vector<double>& values, std::size_t from, std::ptrdiff_t step) {
    double height = values[from];
    for (auto at = static_cast<std::ptrdiff_t>(from) + step; at >= 0 && at < std::ssize(values); at += step) {
        const double next = values[static_cast<std::size_t>(at)];
        if (next < height) break;
        height = next;
    }
    return height;
}

// 0 on the slopes: only the lowest gap of a valley begins a chapter.
std::vector<double> depths(const std::vector<double>& values) {
    std::vector<double> list;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool lowest =
            (i == 0 || values[i] <= values[i - 1]) && (i + 1 == values.size() || values[i] <= values[i + 1]);
        list.push_back(lowest ? peak(values, i, -1) + peak(values, i, 1) - 2 * values[i] : 0);
    }
    return list;
}

// Stricter than the paper's (the mean less half a deviation): people mind a needless chapter more than a long one.
double cut_off(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return mean + std::sqrt(squares / count) / 2;
}

// The first sentences of chapters but the first one.
std::vector<std::size_t> boundaries(std::span<const Sentence> sentences, const std::vector<Unit>& units,
                                    const ChapterOptions& options) {
    const std::vector<double> valleys = depths(smoothed(similarities(units)));
    if (valleys.empty()) return {};
    const double least = cut_off(valleys);
    std::vector<std::size_t> gaps(valleys.size());
    std::iota(gaps.begin(), gaps.end(), 0U);
    std::ranges::stable_sort(gaps, [&](std::size_t left, std::size_t right) { return valleys[left] > valleys[right]; });
    std::vector<std::size_t> chosen;
    const auto start = [&](std::size_t sentence) { return sentences[sentence].time.start_seconds; };
    for (const std::size_t gap : gaps) {
        const std::size_t sentence = units[gap + 1].first_sentence;
        if (valleys[gap] <= least || chosen.size() + 1 >= options.most_chapters) break;
        const auto too_near = [&](double seconds) {
            return std::abs(start(sentence) - seconds) < options.shortest_seconds;
        };
        const bool crowded = std::ranges::any_of(chosen, [&](std::size_t other) { return too_near(start(other)); });
        if (!crowded && !too_near(start(0)) && !too_near(sentences.back().time.end_seconds)) chosen.push_back(sentence);
    }
    std::ranges::sort(chosen);
    return chosen;
}

std::string joined(const std::vector<std::string>& phrases) {
    std::string title;
    for (const std::string& phrase : phrases)
        title.append(title.empty() ? "" : ", ").append(phrase);
    if (!title.empty() && title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - ('a' - 'A'));
    return title;
}

// Titles tell chapters apart: a phrase goes to the chapter that says it most.
void give_titles(std::vector<Chapter>& chapters, const std::vector<std::vector<KeyPhrase>>& phrases) {
    std::map<std::string, std::size_t> most_said;
    for (const auto& list : phrases) {
        for (const KeyPhrase& phrase : list)
            most_said[phrase.text] = std::max(most_said[phrase.text], phrase.count);
    }
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        std::vector<std::string> own;
        for (const KeyPhrase& phrase : phrases[i]) {
            if (own.size() < title_phrases && phrase.count == most_said[phrase.text]) own.push_back(phrase.text);
        }
        chapters[i].title = own.empty() ? "Chapter " + std::to_string(i + 1) : joined(own);
    }
}

}  // namespace

std::vector<Chapter> find_chapters(std::span<const Sentence> sentences, double duration_seconds,
                                   const ChapterOptions& options) {
    if (duration_seconds < options.shortest_talk_seconds || sentences.empty()) return {};
    std::vector<std::size_t> starts = boundaries(sentences, units_of(terms_of(sentences)), options);
    if (starts.empty()) return {};
    starts.insert(starts.begin(), 0);
    std::vector<Chapter> chapters;
    std::vector<std::vector<KeyPhrase>> phrases;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const bool last = i + 1 == starts.size();
        const std::size_t end = last ? sentences.size() : starts[i + 1];
        const double end_seconds =
            last ? std::max(duration_seconds, sentences.back().time.end_seconds) : sentences[end].time.start_seconds;
        chapters.push_back({{sentences[starts[i]].time.start_seconds, end_seconds}, {}});
        phrases.push_back(find_key_phrases(sentences.subspan(starts[i], end - starts[i]),
                                           {.most_phrases = phrases_to_choose_from, .most_mentions = 0}));
    }
    give_titles(chapters, phrases);
    return chapters;
}

}  // namespace analysis
