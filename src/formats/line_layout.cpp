#include "formats/line_layout.hpp"

#include <algorithm>
#include <cmath>

#include "formats/characters.hpp"
#include "formats/line_breaks.hpp"

namespace formats {
namespace {

constexpr double uneven_cost = 12;    // of a line that is off the mean by all of the allowed length
constexpr double top_heavy_cost = 6;  // of an upper line that is longer than the mean by all of the allowed length

std::string join(std::span<const Word> words) {
    std::string line;
    for (const Word& word : words) {
        if (!line.empty() && word.space_before) line += ' ';
        line += word.text;
    }
    return line;
}

// The cheapest way to break words into exactly so many lines: dynamic programming over (line, first word of the line).
class Layout {
  public:
    Layout(std::span<const Word> words, const SubtitleRules& rules, std::size_t lines, bool english)
        : words_(words), rules_(rules), lines_(lines), breaks_(words.size(), 0), ends_(words.size() + 1, 0) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (i > 0) breaks_[i] = cost_of_break(words[i - 1].text, words[i].text, english);
            ends_[i + 1] = ends_[i] + count_characters(words[i].text) + (words[i].space_before ? 1U : 0U);
        }
        mean_characters_ = static_cast<double>(characters(0, words.size())) / static_cast<double>(lines);
    }

    [[nodiscard]] std::vector<std::string> lines() {
        solve();
        std::vector<std::string> result;
        std::size_t first = 0;
        for (std::size_t line = 0; line < lines_; ++line) {
            const std::size_t end = best(line, first).end;
            result.push_back(join(words_.subspan(first, end - first)));
            first = end;
        }
        return result;
    }

  private:
    struct Choice {
        double cost = INFINITY;  // of this line and all below it
        std::size_t end = 0;     // the word after the line's last
    };

    Choice& best(std::size_t line, std::size_t first) { return table_[line * words_.size() + first]; }

    [[nodiscard]] std::size_t characters(std::size_t first, std::size_t end) const {
        return ends_[end] - ends_[first] - (words_[first].space_before ? 1U : 0U);
    }

    [[nodiscard]] double line_cost(std::size_t first, std::size_t end) const {
        const double excess = (static_cast<double>(characters(first, end)) - mean_characters_) /
                              static_cast<double>(rules_.max_line_characters);
        const double uneven = uneven_cost * excess * excess;
        if (end == words_.size()) return uneven;
        return uneven + top_heavy_cost * std::max(excess, 0.0) + breaks_[end];
    }

    void solve() {
        table_.assign(lines_ * words_.size(), {});
        for (std::size_t line = lines_; line-- > 0;) {
            for (std::size_t first = 0; first < words_.size(); ++first)
                best(line, first) = choose(line, first);
        }
    }

    [[nodiscard]] Choice choose(std::size_t line, std::size_t first) {
        const bool is_last = line + 1 == lines_;
        Choice choice;
        for (std::size_t end = is_last ? words_.size() : first + 1; end <= words_.size(); ++end) {
            if (characters(first, end) > rules_.max_line_characters) break;
            if (!is_last && end == words_.size()) break;
            const double below = is_last ? 0 : best(line + 1, end).cost;
            const double cost = line_cost(first, end) + below;
            if (cost < choice.cost) choice = {cost, end};
        }
        return choice;
    }

    std::span<const Word> words_;
    const SubtitleRules& rules_;
    std::size_t lines_;
    std::vector<int> breaks_;        // what a break before each word costs
    std::vector<std::size_t> ends_;  // characters up to each word, with the space before it
    double mean_characters_ = 0;
    std::vector<Choice> table_;
};

}  // namespace

void LineFiller::add(const Word& word, std::size_t characters) {
    const std::size_t with_space = line_characters_ + characters + (word.space_before ? 1U : 0U);
    if (lines_ > 0 && with_space <= rules_.max_line_characters) {
        line_characters_ = with_space;
        return;
    }
    ++lines_;
    line_characters_ = characters;
    fits_ = fits_ && characters <= rules_.max_line_characters && lines_ <= rules_.max_lines;
}

std::vector<std::string> lay_out(std::span<const Word> words, const SubtitleRules& rules, bool english) {
    LineFiller filler(rules);
    for (const Word& word : words)
        filler.add(word, count_characters(word.text));
    if (filler.lines() == 1 || !filler.fits()) return {join(words)};
    return Layout(words, rules, filler.lines(), english).lines();
}

}  // namespace formats
