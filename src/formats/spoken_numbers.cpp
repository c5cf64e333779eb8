#include "formats/spoken_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace formats {
namespace {

enum class Kind : std::uint8_t { none, digit, oh, teen, tens, hundred, scale, conjunction, point, ordinal };

// A number word, or a part of one with hyphens.
struct Piece {
    Kind kind = Kind::none;
    std::int64_t value = 0;
    std::size_t word = 0;
    bool ends_run = false;  // punctuation follows
};

struct Known {
    std::string_view text;
    Kind kind;
    std::int64_t value;
};
constexpr std::array known{
    Known{"zero", Kind::digit, 0},
    Known{"one", Kind::digit, 1},
    Known{"two", Kind::digit, 2},
    Known{"three", Kind::digit, 3},
    Known{"four", Kind::digit, 4},
    Known{"five", Kind::digit, 5},
    Known{"six", Kind::digit, 6},
    Known{"seven", Kind::digit, 7},
    Known{"eight", Kind::digit, 8},
    Known{"nine", Kind::digit, 9},
    Known{"oh", Kind::oh, 0},
    Known{"ten", Kind::teen, 10},
    Known{"eleven", Kind::teen, 11},
    Known{"twelve", Kind::teen, 12},
    Known{"thirteen", Kind::teen, 13},
    Known{"fourteen", Kind::teen, 14},
    Known{"fifteen", Kind::teen, 15},
    Known{"sixteen", Kind::teen, 16},
    Known{"seventeen", Kind::teen, 17},
    Known{"eighteen", Kind::teen, 18},
    Known{"nineteen", Kind::teen, 19},
    Known{"twenty", Kind::tens, 20},
    Known{"thirty", Kind::tens, 30},
    Known{"forty", Kind::tens, 40},
    Known{"fifty", Kind::tens, 50},
    Known{"sixty", Kind::tens, 60},
    Known{"seventy", Kind::tens, 70},
    Known{"eighty", Kind::tens, 80},
    Known{"ninety", Kind::tens, 90},
    Known{"hundred", Kind::hundred, 100},
    Known{"thousand", Kind::scale, 1000},
    Known{"million", Kind::scale, 1'000'000},
    Known{"billion", Kind::scale, 1'000'000'000},
    Known{"and", Kind::conjunction, 0},
    Known{"point", Kind::point, 0},
    Known{"first", Kind::ordinal, 1},
    Known{"second", Kind::ordinal, 2},
    Known{"third", Kind::ordinal, 3},
    Known{"fourth", Kind::ordinal, 4},
    Known{"fifth", Kind::ordinal, 5},
    Known{"sixth", Kind::ordinal, 6},
    Known{"seventh", Kind::ordinal, 7},
    Known{"eighth", Kind::ordinal, 8},
    Known{"ninth", Kind::ordinal, 9},
    Known{"tenth", Kind::ordinal, 10},
    Known{"eleventh", Kind::ordinal, 11},
    Known{"twelfth", Kind::ordinal, 12},
    Known{"thirteenth", Kind::ordinal, 13},
    Known{"fourteenth", Kind::ordinal, 14},
    Known{"fifteenth", Kind::ordinal, 15},
    Known{"sixteenth", Kind::ordinal, 16},
    Known{"seventeenth", Kind::ordinal, 17},
    Known{"eighteenth", Kind::ordinal, 18},
    Known{"nineteenth", Kind::ordinal, 19},
    Known{"twentieth", Kind::ordinal, 20},
    Known{"thirtieth", Kind::ordinal, 30},
    Known{"fortieth", Kind::ordinal, 40},
    Known{"fiftieth", Kind::ordinal, 50},
    Known{"sixtieth", Kind::ordinal, 60},
    Known{"seventieth", Kind::ordinal, 70},
    Known{"eightieth", Kind::ordinal, 80},
    Known{"ninetieth", Kind::ordinal, 90},
    Known{"hundredth", Kind::ordinal, 100},
};
constexpr std::array<std::string_view, 11> months{"january", "february",  "march",   "april",    "june",    "july",
                                                  "august",  "september", "october", "november", "december"};
// What stands before a year, and what after a number that is none: "in nineteen twelve", "nineteen twenty minutes".
constexpr std::array<std::string_view, 7> year_cues{"in", "since", "until", "year", "circa", "back", "early"};
constexpr std::array<std::string_view, 30> measures{
    "second", "seconds", "minute", "minutes", "hour",   "hours",   "day",     "days",  "week",   "weeks",
    "month",  "months",  "years",  "times",   "people", "men",     "women",   "miles", "metres", "meters",
    "feet",   "yards",   "pounds", "degrees", "points", "percent", "dollars", "euros", "cents",  "vision"};

bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

bool is_one_of(std::span<const std::string_view> list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

// A word as it is compared: lower case, without what stands around it.
struct Bare {
    std::string text;
    std::string before;
    std::string after;
};

Bare bare(std::string_view word) {
    const auto* const first = std::ranges::find_if(word, is_letter);
    const auto* last = word.end();
    while (last != first && !is_letter(*(last - 1)))
        --last;
    Bare result{{first, last}, {word.begin(), first}, {last, word.end()}};
    for (char& byte : result.text) {
        if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + ('a' - 'A'));
    }
    return result;
}

std::string with_commas(std::int64_t value) {
    std::string text = std::to_string(value);
    for (std::ptrdiff_t at = std::ssize(text) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string ordinal_text(std::int64_t value) {
    const std::int64_t last = value % 10;
    const bool teen = value / 10 % 10 == 1;
    const char* ending = teen || last == 0 || last > 3 ? "th" : last == 1 ? "st" : last == 2 ? "nd" : "rd";
    return with_commas(value) + ending;
}

// A value and how many pieces say it.
struct Spoken {
    std::int64_t value = 0;
    std::size_t pieces = 0;
};

using Pieces = std::span<const Piece>;

Kind kind_at(Pieces pieces, std::size_t at) {
    return at < pieces.size() ? pieces[at].kind : Kind::none;
}

// 1 to 99: "twenty one", "seventeen", "four".
Spoken below_hundred(Pieces pieces) {
    const Kind kind = kind_at(pieces, 0);
    if (kind == Kind::digit || kind == Kind::teen) return {pieces[0].value, 1};
    if (kind != Kind::tens) return {};
    const bool more = kind_at(pieces, 1) == Kind::digit && pieces[1].value > 0;
    return {pieces[0].value + (more ? pieces[1].value : 0), more ? 2U : 1U};
}

// 1 to 999: "two hundred and six".
Spoken below_thousand(Pieces pieces) {
    Spoken spoken = below_hundred(pieces);
    if (spoken.pieces == 0 || kind_at(pieces, spoken.pieces) != Kind::hundred) return spoken;
    spoken = {spoken.value * 100, spoken.pieces + 1};
    const std::size_t skipped = kind_at(pieces, spoken.pieces) == Kind::conjunction ? 1 : 0;
    const Spoken rest = below_hundred(pieces.subspan(spoken.pieces + skipped));
    if (rest.value > 0) spoken = {spoken.value + rest.value, spoken.pieces + skipped + rest.pieces};
    return spoken;
}

// "three million two hundred thousand and five".
Spoken cardinal(Pieces pieces) {
    Spoken all;
    std::int64_t smallest_scale = 1'000'000'000'000;
    while (all.pieces < pieces.size()) {
        const std::size_t skipped = all.pieces > 0 && kind_at(pieces, all.pieces) == Kind::conjunction ? 1 : 0;
        const Spoken part = below_thousand(pieces.subspan(all.pieces + skipped));
        if (part.pieces == 0) break;
        const std::size_t after = all.pieces + skipped + part.pieces;
        const bool scaled = kind_at(pieces, after) == Kind::scale;
        const std::int64_t scale = scaled ? pieces[after].value : 1;
        if (scale >= smallest_scale || (all.pieces > 0 && part.value == 0)) break;
        all = {all.value + part.value * scale, after + (scaled ? 1 : 0)};
        smallest_scale = scale;
        if (!scaled) break;
    }
    return all;
}

Piece piece_of(std::string_view text, std::size_t word) {
    const auto* const found = std::ranges::find(known, text, &Known::text);
    return found == known.end() ? Piece{.word = word} : Piece{found->kind, found->value, word};
}

// The pieces of a word: "twenty-one" has two. None unless all of it is number words.
std::vector<Piece> pieces_of(std::string_view text, std::size_t word) {
    std::vector<Piece> pieces;
    while (true) {
        const std::size_t end = std::min(text.find('-'), text.size());
        pieces.push_back(piece_of(text.substr(0, end), word));
        if (pieces.back().kind == Kind::none) return {};
        if (end == text.size()) return pieces;
        text.remove_prefix(end + 1);
    }
}

// Pieces that stand beside each other without punctuation between: a run. It is read as one thing or not at all.
class Run {
  public:
    Run(std::span<const std::string_view> words, Pieces pieces) : words_(words), pieces_(pieces) {}

    [[nodiscard]] std::optional<Replacement> written() const {
        if (preceding() == "point") return std::nullopt;  // "point five percent", "at this point ten of them"
        if (is_end_of_range()) return std::nullopt;
        if (auto found = digits()) return replaced(*found, 0);
        if (auto found = time_of_day()) return replaced(*found, 0);
        if (auto found = year()) return replaced(*found, 0);
        if (auto found = ordinal()) return replaced(*found, 0);
        const Spoken spoken = cardinal(pieces_);
        if (spoken.pieces == 0) return std::nullopt;
        if (kind_at(pieces_, spoken.pieces) == Kind::point) return decimal(spoken);
        if (spoken.pieces != pieces_.size()) return std::nullopt;
        if (is_counted_year(spoken.value)) return replaced(std::to_string(spoken.value), 0);
        return measured(spoken.value, figures_of(spoken.value), spoken.value >= 10 || month_before());
    }

  private:
    [[nodiscard]] std::size_t first_word() const { return pieces_.front().word; }
    [[nodiscard]] std::size_t end_word() const { return pieces_.back().word + 1; }
    [[nodiscard]] std::string following(std::size_t after = 0) const {
        const std::size_t at = end_word() + after;
        const bool apart = !bare(words_[end_word() - 1]).after.empty() || at >= words_.size();
        return apart ? "" : bare(words_[at]).text;
    }
    // The word before, unless punctuation stands between.
    [[nodiscard]] std::string preceding() const {
        if (first_word() == 0) return "";
        const Bare before = bare(words_[first_word() - 1]);
        return before.after.empty() ? before.text : "";
    }
    [[nodiscard]] bool is_number_word(std::size_t word) const {
        return word < words_.size() && !pieces_of(bare(words_[word]).text, word).empty();
    }
    // "twenty to thirty thousand", "ten or twelve": what the first one counts is said by the second.
    [[nodiscard]] bool is_end_of_range() const {
        const auto joins = [](const std::string& word) { return word == "to" || word == "or"; };
        return (joins(following()) && is_number_word(end_word() + 1)) ||
               (first_word() >= 2 && joins(preceding()) && is_number_word(first_word() - 2));
    }
    // With its capital: one can march two abreast.
    [[nodiscard]] bool month_before() const {
        if (!is_one_of(months, preceding())) return false;
        const std::string_view month = words_[first_word() - 1];
        return std::ranges::any_of(month, [](char byte) { return byte >= 'A' && byte <= 'Z'; });
    }
    [[nodiscard]] bool year_cue_before() const { return month_before() || is_one_of(year_cues, preceding()); }

    // "a tenth of it"
    [[nodiscard]] bool after_article() const { return preceding() == "a" || preceding() == "an"; }

    // "in two thousand and eight": no comma. A round number may count what follows ("in two thousand cases").
    [[nodiscard]] bool is_counted_year(std::int64_t value) const {
        if (value < 1100 || value > 2099 || !year_cue_before() || is_one_of(measures, following())) return false;
        return value % 100 != 0 || following().empty();
    }

    // `more` words after the run are part of it.
    [[nodiscard]] Replacement replaced(const std::string& text, std::size_t more) const {
        const std::size_t end = end_word() + more;
        return {first_word(), end, bare(words_[first_word()]).before + text + bare(words_[end - 1]).after};
    }

    // "three, two, one" without its commas
    [[nodiscard]] bool counts_by_one() const {
        const std::int64_t step = pieces_.size() < 2 ? 0 : pieces_[1].value - pieces_[0].value;
        if (step != 1 && step != -1) return false;
        for (std::size_t at = 1; at < pieces_.size(); ++at) {
            if (pieces_[at].value - pieces_[at - 1].value != step) return false;
        }
        return true;
    }

    // "five five five oh one": four and more, none of them anything but a figure, and nobody counting.
    [[nodiscard]] std::optional<std::string> digits() const {
        if (counts_by_one()) return std::nullopt;
        std::string text;
        for (const Piece& piece : pieces_) {
            if (piece.kind != Kind::digit && piece.kind != Kind::oh) return std::nullopt;
            text += std::to_string(piece.value);
        }
        return text.size() >= 4 ? std::optional(text) : std::nullopt;
    }

    // "seven thirty p.m.", "twelve oh five am", "six o'clock"
    [[nodiscard]] std::optional<std::string> time_of_day() const {
        const std::string next = following();
        if (next == "o'clock" && pieces_.size() == 1 && pieces_[0].value >= 1 && pieces_[0].value <= 12 &&
            (pieces_[0].kind == Kind::digit || pieces_[0].kind == Kind::teen))
            return std::to_string(pieces_[0].value);
        const bool half_of_day = next == "am" || next == "pm" || next == "a.m" || next == "p.m";
        const Spoken hour = below_hundred(pieces_.first(1));
        if (!half_of_day || hour.pieces != 1 || hour.value < 1 || hour.value > 12) return std::nullopt;
        if (pieces_.size() == 1) return std::to_string(hour.value);
        const bool padded = pieces_[1].kind == Kind::oh;
        const Spoken minutes = below_hundred(pieces_.subspan(padded ? 2 : 1));
        const bool whole = minutes.pieces > 0 && 1 + (padded ? 1U : 0U) + minutes.pieces == pieces_.size();
        if (!whole || minutes.value > 59 || (minutes.value < 10) != padded) return std::nullopt;
        return std::to_string(hour.value) + (padded ? ":0" : ":") + std::to_string(minutes.value);
    }

    // "nineteen eighty four", "twenty twenty six", "nineteen oh five"; with a cue before it "in fifteen seventeen".
    [[nodiscard]] std::optional<std::string> year() const {
        const std::int64_t earliest = year_cue_before() ? 11 : 19;
        if (pieces_.size() < 2 || pieces_[0].value < earliest || pieces_[0].value > 20) return std::nullopt;
        if (is_one_of(measures, following())) return std::nullopt;
        if (pieces_[0].kind != Kind::teen && pieces_[0].kind != Kind::tens) return std::nullopt;
        const bool padded = pieces_[1].kind == Kind::oh;
        if (pieces_[1].kind == Kind::digit) return std::nullopt;
        const Spoken rest = below_hundred(pieces_.subspan(padded ? 2 : 1));
        const bool whole = rest.pieces > 0 && 1 + (padded ? 1U : 0U) + rest.pieces == pieces_.size();
        if (!whole || (rest.value < 10) != padded || rest.value == 0) return std::nullopt;
        return std::to_string(pieces_[0].value * 100 + rest.value);
    }

    // "twenty first", "one hundred and third", "tenth"; "March third", but not "the third".
    [[nodiscard]] std::optional<std::string> ordinal() const {
        if (pieces_.back().kind != Kind::ordinal) return std::nullopt;
        const std::int64_t last = pieces_.back().value;
        if (pieces_.size() == 1) {
            const bool sure = month_before() || (last >= 10 && !after_article());
            return sure ? std::optional(ordinal_text(last)) : std::nullopt;
        }
        if (last == 2 && !month_before()) return std::nullopt;  // "a thirty second delay"
        const Pieces front = pieces_.first(pieces_.size() - 1);
        const Pieces head = front.back().kind == Kind::conjunction ? front.first(front.size() - 1) : front;
        const Spoken before = cardinal(head);
        if (before.pieces != head.size() || before.value == 0) return std::nullopt;
        if (last == 100) return before.value < 10 ? std::optional(ordinal_text(before.value * 100)) : std::nullopt;
        const bool fits = before.value % 100 == 0 || (before.value % 10 == 0 && before.value % 100 >= 20 && last < 10);
        return fits ? std::optional(ordinal_text(before.value + last)) : std::nullopt;
    }

    // "three point one four"
    [[nodiscard]] std::optional<Replacement> decimal(const Spoken& whole) const {
        std::string text = with_commas(whole.value) + ".";
        const Pieces fraction = pieces_.subspan(whole.pieces + 1);
        for (const Piece& piece : fraction) {
            if (piece.kind != Kind::digit && piece.kind != Kind::oh) return std::nullopt;
            text += std::to_string(piece.value);
        }
        if (fraction.empty()) return std::nullopt;
        return measured(whole.value, text, true);
    }

    // "two million" stays one; "2,500"
    [[nodiscard]] static std::string figures_of(std::int64_t value) {
        if (value >= 1'000'000'000 && value % 1'000'000'000 == 0)
            return std::to_string(value / 1'000'000'000) + " billion";
        if (value >= 1'000'000 && value % 1'000'000 == 0) return std::to_string(value / 1'000'000) + " million";
        return with_commas(value);
    }

    [[nodiscard]] std::optional<Replacement> measured(std::int64_t value, const std::string& text, bool sure) const {
        const std::string next = following();
        if (next == "percent") return replaced(text + "%", 1);
        if (next == "per" && following(1) == "cent") return replaced(text + "%", 2);
        const bool dollars = next == "dollars" || (next == "dollar" && value == 1);
        if (dollars) return replaced("$" + text, 1);
        if (next == "euros" || (next == "euro" && value == 1)) return replaced("\u20AC" + text, 1);
        return sure ? std::optional(replaced(text, 0)) : std::nullopt;
    }

    std::span<const std::string_view> words_;
    Pieces pieces_;
};

bool only_joins(const Piece& piece) {
    return piece.kind == Kind::conjunction || piece.kind == Kind::point || piece.kind == Kind::oh;
}

}  // namespace

std::vector<Replacement> spoken_numbers(std::span<const std::string_view> words) {
    std::vector<Replacement> replacements;
    std::vector<Piece> run;
    const auto finish = [&] {
        // "and" and its like belong to a run only inside it; a word that ends in one ("twenty-point") is no number.
        std::optional<std::size_t> cut_word;
        while (!run.empty() && only_joins(run.back())) {
            cut_word = run.back().word;
            run.pop_back();
        }
        if (!run.empty() && run.back().word != cut_word) {
            if (auto written = Run(words, run).written()) replacements.push_back(*std::move(written));
        }
        run.clear();
    };
    for (std::size_t word = 0; word < words.size(); ++word) {
        const Bare text = bare(words[word]);
        const std::vector<Piece> pieces = pieces_of(text.text, word);
        if (pieces.empty() || (!run.empty() && !text.before.empty())) finish();
        if (pieces.empty() || (run.empty() && only_joins(pieces.front()))) continue;
        run.insert(run.end(), pieces.begin(), pieces.end());
        if (!text.after.empty()) finish();
    }
    finish();
    return replacements;
}

}  // namespace formats
