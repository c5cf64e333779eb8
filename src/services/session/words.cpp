#include "services/session/words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "base/utf8.hpp"
#include "services/session/fold.hpp"

namespace session {
namespace {

struct Span {
    std::uint32_t first;
    std::uint32_t last;
};

// Beyond ASCII: what stands between words. Blocks of punctuation, symbols and emoji, and the full stops of scripts.
constexpr std::array separators{
    Span{0x80, 0xA9},     Span{0xAB, 0xAC},      Span{0xAE, 0xB4},     Span{0xB6, 0xB9},     Span{0xBB, 0xBF},
    Span{0xD7, 0xD7},     Span{0xF7, 0xF7},      Span{0x2B0, 0x2FF},   Span{0x37E, 0x37E},   Span{0x387, 0x387},
    Span{0x55A, 0x55F},   Span{0x589, 0x58A},    Span{0x5BE, 0x5BE},   Span{0x5C0, 0x5C0},   Span{0x5C3, 0x5C3},
    Span{0x5F3, 0x5F4},   Span{0x609, 0x60F},    Span{0x61B, 0x61F},   Span{0x66A, 0x66D},   Span{0x6D4, 0x6D4},
    Span{0x964, 0x965},   Span{0xE2F, 0xE2F},    Span{0xE5A, 0xE5B},   Span{0x104A, 0x104F}, Span{0x17D4, 0x17DA},
    Span{0x2000, 0x200A}, Span{0x200E, 0x205F},  Span{0x2061, 0x2BFF}, Span{0x2E00, 0x3004}, Span{0x3008, 0x3020},
    Span{0x3030, 0x3030}, Span{0x303D, 0x303F},  Span{0x30A0, 0x30A0}, Span{0x30FB, 0x30FB}, Span{0xE000, 0xF8FF},
    Span{0xFE10, 0xFE6F}, Span{0xFEFF, 0xFF0F},  Span{0xFF1A, 0xFF20}, Span{0xFF3B, 0xFF40}, Span{0xFF5B, 0xFF65},
    Span{0xFFE0, 0xFFFF}, Span{0x1F000, 0x1FAFF}};

// Written without spaces between words: Thai to Lao, Burmese, Khmer, kana, Han.
constexpr std::array unspaced{Span{0xE00, 0xEFF},   Span{0x1000, 0x109F}, Span{0x1780, 0x17FF},  Span{0x3005, 0x3007},
                              Span{0x3040, 0x30FF}, Span{0x31F0, 0x31FF}, Span{0x3400, 0x4DBF},  Span{0x4E00, 0x9FFF},
                              Span{0xF900, 0xFAFF}, Span{0xFF66, 0xFF9D}, Span{0x20000, 0x3FFFF}};

bool in(const auto& spans, std::uint32_t value) {
    const auto* after = std::ranges::upper_bound(spans, value, {}, &Span::first);
    return after != spans.begin() && value <= std::prev(after)->last;
}

bool is_invisible(std::uint32_t value) {
    return value == 0xAD || value == 0x200B || value == 0x200C || value == 0x200D || value == 0x2060;
}

bool is_letter(std::uint32_t value) {
    if (value < 0x80)
        return (value >= '0' && value <= '9') || (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z');
    return !in(separators, value);
}

// Runs of one kind: a spaced word as a whole, or the characters of a run without spaces.
struct Run {
    std::string word;
    std::vector<std::string> characters;
};

// Calls with each run of the text, in order; one of the run's two is empty.
void each_run(std::string_view text, const std::function<void(Run&)>& take) {
    Run run;
    const auto end = [&] {
        if (!run.word.empty() || !run.characters.empty()) take(run);
        run = {};
    };
    while (!text.empty()) {
        const base::CodePoint point = base::next_code_point(text);
        text.remove_prefix(point.size_bytes);
        if (is_invisible(point.value)) continue;
        const bool letter = point.well_formed && is_letter(point.value);
        const bool single = letter && in(unspaced, point.value);
        if (!letter || (single ? !run.word.empty() : !run.characters.empty())) end();
        if (letter) append_folded(single ? run.characters.emplace_back() : run.word, point.value);
    }
    end();
}

// Of a run without spaces, pairs that touch say all, with as few words as can be; a single character has none.
void add_pairs(std::set<std::string, std::less<>>& words, const std::vector<std::string>& characters) {
    const std::size_t count = characters.size();
    for (std::size_t i = 0; i < count; i += 2) {
        const std::size_t first = count > 1 ? std::min(i, count - 2) : 0;
        words.insert(count > 1 ? characters[first] + characters[first + 1] : characters[first]);
    }
}

}  // namespace

void WordSet::add(std::string word) {
    if (words_.size() < limit_) {
        words_.insert(std::move(word));
    } else if (!words_.contains(word)) {
        was_cut_ = true;
    }
}

void WordSet::add_text(std::string_view text) {
    each_run(text, [this](Run& run) {
        if (!run.word.empty()) add(std::move(run.word));
        for (std::size_t i = 0; i + 1 < run.characters.size(); ++i)
            add(run.characters[i] + run.characters[i + 1]);
        for (std::string& character : run.characters)
            add(std::move(character));
    });
}

base::Result<std::vector<std::string>> query_words(std::string_view query) {
    std::set<std::string, std::less<>> words;
    each_run(query, [&](Run& run) {
        if (!run.word.empty()) words.insert(std::move(run.word));
        add_pairs(words, run.characters);
    });
    if (words.empty()) return base::fail(base::ErrorCode::invalid_argument, "q has no word to search for");
    if (words.size() > most_words_a_query) {
        return base::fail(base::ErrorCode::invalid_argument,
                          "q has more than " + std::to_string(most_words_a_query) + " different words; leave some out");
    }
    return std::vector<std::string>(words.begin(), words.end());
}

}  // namespace session
