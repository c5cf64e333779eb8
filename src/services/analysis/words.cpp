#include "services/analysis/words.hpp"

#include <cstdint>
#include <utility>

#include "base/utf8.hpp"

namespace analysis {
namespace {

constexpr std::uint32_t typographic_apostrophe = 0x2019;

constexpr bool between(std::uint32_t value, std::uint32_t first, std::uint32_t last) {
    return value >= first && value <= last;
}

bool is_digit(std::uint32_t point) {
    return between(point, '0', '9');
}

bool is_letter(std::uint32_t point) {
    if (point < 0x80) return between(point | 0x20U, 'a', 'z');
    if (point < 0xC0 || point == 0xD7 || point == 0xF7) return point == 0xAA || point == 0xB5 || point == 0xBA;
    // Punctuation, currency, arrows, mathematics, boxes, dingbats; ideographic and full width punctuation; emoji.
    return !between(point, 0x2000, 0x2BFF) && !between(point, 0x3000, 0x303F) && !between(point, 0xFE10, 0xFE6F) &&
           !between(point, 0xFF00, 0xFF0F) && !between(point, 0xFF1A, 0xFF20) && !between(point, 0xFFF0, 0x1FAFF);
}

bool is_unspaced(std::uint32_t point) {
    return between(point, 0x3040, 0x30FF) || between(point, 0x3400, 0x9FFF) || between(point, 0xF900, 0xFAFF) ||
           between(point, 0x20000, 0x3FFFF);
}

bool is_space(std::uint32_t point) {
    return point == ' ' || between(point, '\t', '\r') || point == 0xA0 || between(point, 0x2000, 0x200B) ||
           point == 0x3000;
}

// Whether the character may stand inside a word between these two.
bool joins(std::uint32_t point, std::uint32_t before, std::uint32_t after) {
    if (point == '\'' || point == typographic_apostrophe || point == '-' || point == 0x2010 || point == 0x2011)
        return true;
    if (point == '.') return !is_digit(before) || is_digit(after);
    return point == ',' && is_digit(before) && is_digit(after);
}

std::uint32_t lower(std::uint32_t point) {
    if (between(point, 'A', 'Z') || between(point, 0xC0, 0xDE)) return point + 0x20;
    if (between(point, 0x100, 0x137) || between(point, 0x14A, 0x177)) return point | 1U;
    if (between(point, 0x139, 0x148) || between(point, 0x179, 0x17E)) return point + (point & 1U);
    if (between(point, 0x391, 0x3A9) || between(point, 0x410, 0x42F)) return point + 0x20;
    return between(point, 0x400, 0x40F) ? point + 0x50 : point;
}

void append(std::string& text, std::uint32_t point) {
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xC0U | point >> 6U);
        tail(0);
    } else if (point < 0x10000) {
        text += static_cast<char>(0xE0U | point >> 12U);
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | point >> 18U);
        tail(12);
        tail(6);
        tail(0);
    }
}

class Splitter {
  public:
    explicit Splitter(std::string_view text) : text_(text) {}

    std::vector<Word> words() && {
        while (at_ < text_.size()) {
            const base::CodePoint point = base::next_code_point(text_.substr(at_));
            take(point);
            at_ += point.size_bytes;
        }
        finish();
        return std::move(words_);
    }

  private:
    void take(const base::CodePoint& point) {
        const bool in_word = point.well_formed && (is_letter(point.value) || is_digit(point.value));
        if (in_word && is_unspaced(point.value)) {
            finish();
            grow(point);
            finish();
        } else if (in_word || (!folded_.empty() && joins_next(point))) {
            grow(point);
        } else {
            finish();
            after_break_ = after_break_ || !is_space(point.value);
        }
    }

    [[nodiscard]] bool joins_next(const base::CodePoint& point) const {
        const std::string_view rest = text_.substr(at_ + point.size_bytes);
        if (rest.empty()) return false;
        const std::uint32_t after = base::next_code_point(rest).value;
        return (is_letter(after) || is_digit(after)) && !is_unspaced(after) && joins(point.value, last_, after);
    }

    void grow(const base::CodePoint& point) {
        if (folded_.empty()) begin_ = at_;
        append(folded_, point.value == typographic_apostrophe ? '\'' : lower(point.value));
        last_ = point.value;
        end_ = at_ + point.size_bytes;
    }

    void finish() {
        if (folded_.empty()) return;
        words_.push_back({text_.substr(begin_, end_ - begin_), std::exchange(folded_, {}), after_break_});
        after_break_ = false;
    }

    std::string_view text_;
    std::vector<Word> words_;
    std::string folded_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint32_t last_ = 0;
    bool after_break_ = true;
};

}  // namespace

std::vector<Word> words_of(std::string_view text) {
    return Splitter(text).words();
}

std::string stem_of(std::string_view folded) {
    if (folded.ends_with("'s") || folded.ends_with("s'")) folded.remove_suffix(folded.ends_with("'s") ? 2 : 1);
    const auto ends = [&](std::string_view suffix) { return folded.ends_with(suffix); };
    std::string all(folded);
    if (all.size() < 4 || !ends("s")) return all;
    if (ends("ies") && !ends("eies") && !ends("aies")) return all.substr(0, all.size() - 3) + "y";
    if (ends("us") || ends("ss") || ends("is")) return all;
    if (ends("sses") || ends("shes") || ends("ches") || ends("xes")) return all.substr(0, all.size() - 2);
    return all.substr(0, all.size() - 1);
}

}  // namespace analysis
