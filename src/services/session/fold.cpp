#include "services/session/fold.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace session {
namespace {

// From Unicode 15's decompositions (NFKD), lower case, marks left out: one character a letter; '.' stays as it is, '*'
// is in `two_letters`.
constexpr std::uint32_t first_latin = 0xC0;
constexpr std::string_view latin =
    "aaaaaa*ceeeeiiiidnooooo.ouuuuy**aaaaaa*ceeeeiiiidnooooo.ouuuuy*y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkkllllll."
    ".llnnnnnn.nnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    "bbbb...ccdddd....ffg...ikkl...n.oo..pp.....ttt.uu..yyzz........."
    "....*********aaiioouuuuuuuuuu.aaaa**ggggkkoooo..j***gg..nnaa**oo"
    "aaaaeeeeiiiioooorrrruuuusstt..hhn...zzaaeeooooooooyy......accl.."
    "...bu.eejj..rryy";
constexpr std::uint32_t first_latin_additional = 0x1E00;
constexpr std::string_view latin_additional =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    "wwwwwwwwwwxxxxyyzzzzzzhtwy.sss*.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyyllvvyy";
static_assert(latin.size() == 0x250 - first_latin && latin_additional.size() == 0x100);

struct Pair {
    std::uint32_t letter;
    std::string_view folded;
};
constexpr std::array two_letters{
    Pair{0xC6, "ae"},  Pair{0xDE, "th"},  Pair{0xDF, "ss"},  Pair{0xE6, "ae"},  Pair{0xFE, "th"},  Pair{0x132, "ij"},
    Pair{0x133, "ij"}, Pair{0x152, "oe"}, Pair{0x153, "oe"}, Pair{0x1C4, "dz"}, Pair{0x1C5, "dz"}, Pair{0x1C6, "dz"},
    Pair{0x1C7, "lj"}, Pair{0x1C8, "lj"}, Pair{0x1C9, "lj"}, Pair{0x1CA, "nj"}, Pair{0x1CB, "nj"}, Pair{0x1CC, "nj"},
    Pair{0x1E2, "ae"}, Pair{0x1E3, "ae"}, Pair{0x1F1, "dz"}, Pair{0x1F2, "dz"}, Pair{0x1F3, "dz"}, Pair{0x1FC, "ae"},
    Pair{0x1FD, "ae"}, Pair{0x1E9E, "ss"}};

// Greek with tonos or dialytika, and the sigma at a word's end.
struct Same {
    std::uint32_t letter;
    std::uint32_t folded;
};
constexpr std::array greek_and_cyrillic{Same{0x386, 0x3B1}, Same{0x388, 0x3B5}, Same{0x389, 0x3B7}, Same{0x38A, 0x3B9},
                                        Same{0x38C, 0x3BF}, Same{0x38E, 0x3C5}, Same{0x38F, 0x3C9}, Same{0x390, 0x3B9},
                                        Same{0x3AA, 0x3B9}, Same{0x3AB, 0x3C5}, Same{0x3AC, 0x3B1}, Same{0x3AD, 0x3B5},
                                        Same{0x3AE, 0x3B7}, Same{0x3AF, 0x3B9}, Same{0x3B0, 0x3C5}, Same{0x3C2, 0x3C3},
                                        Same{0x3CA, 0x3B9}, Same{0x3CB, 0x3C5}, Same{0x3CC, 0x3BF}, Same{0x3CD, 0x3C5},
                                        Same{0x3CE, 0x3C9}, Same{0x401, 0x435}, Same{0x451, 0x435}};

constexpr bool between(std::uint32_t value, std::uint32_t first, std::uint32_t last) {
    return value >= first && value <= last;
}

std::uint32_t lower(std::uint32_t letter) {
    if (between(letter, 'A', 'Z')) return letter + ('a' - 'A');
    if (between(letter, 0xFF10, 0xFF19)) return letter - 0xFF10 + '0';  // full width, as Japanese text has them
    if (between(letter, 0xFF21, 0xFF3A)) return letter - 0xFF21 + 'a';
    if (between(letter, 0xFF41, 0xFF5A)) return letter - 0xFF41 + 'a';
    const auto* same = std::ranges::find(greek_and_cyrillic, letter, &Same::letter);
    if (same != greek_and_cyrillic.end()) return same->folded;
    if (between(letter, 0x391, 0x3A9)) return letter + 0x20;
    if (between(letter, 0x410, 0x42F)) return letter + 0x20;
    if (between(letter, 0x400, 0x40F)) return letter + 0x50;
    if (between(letter, 0x460, 0x481) || between(letter, 0x48A, 0x4BF) || between(letter, 0x4D0, 0x52F))
        return letter | 1U;
    if (between(letter, 0x531, 0x556)) return letter + 0x30;  // Armenian
    return letter;
}

void append_utf8(std::string& text, std::uint32_t value) {
    const auto tail = [&](unsigned shift) { text += static_cast<char>(0x80U | ((value >> shift) & 0x3FU)); };
    if (value < 0x80) {
        text += static_cast<char>(value);
    } else if (value < 0x800) {
        text += static_cast<char>(0xC0U | (value >> 6U));
        tail(0);
    } else if (value < 0x10000) {
        text += static_cast<char>(0xE0U | (value >> 12U));
        tail(6);
        tail(0);
    } else {
        text += static_cast<char>(0xF0U | (value >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

// What the tables of Latin letters say; '.' when nothing.
char from_tables(std::uint32_t letter) {
    if (letter >= first_latin && letter - first_latin < latin.size()) return latin[letter - first_latin];
    if (letter >= first_latin_additional && letter - first_latin_additional < latin_additional.size())
        return latin_additional[letter - first_latin_additional];
    return '.';
}

}  // namespace

void append_folded(std::string& word, std::uint32_t letter) {
    if (between(letter, 0x300, 0x36F)) return;  // the marks of decomposed text
    const char plain = from_tables(letter);
    if (plain == '*') {
        word += std::ranges::find(two_letters, letter, &Pair::letter)->folded;
    } else if (plain == '.') {
        append_utf8(word, lower(letter));
    } else {
        word += plain;
    }
}

}  // namespace session
