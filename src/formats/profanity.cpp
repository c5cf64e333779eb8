#include "formats/profanity.hpp"

#include <algorithm>
#include <array>

namespace formats {
namespace {

// A list of our own, of words that broadcasters bleep; each stem with the endings it takes. Words that are harmless in
// most of their uses ("cock", "ass" in "assess") stand whole or not at all, and those that are names are not here.
struct Stem {
    std::string_view stem;
    bool inflected;  // takes endings
};
constexpr std::array stems{
    Stem{"fuck", true},     Stem{"motherfuck", true}, Stem{"shit", true},     Stem{"bullshit", true},
    Stem{"shitt", true},    Stem{"cunt", true},       Stem{"bitch", true},    Stem{"asshole", true},
    Stem{"arsehole", true}, Stem{"bastard", true},    Stem{"dickhead", true}, Stem{"wank", true},
    Stem{"twat", true},     Stem{"slut", true},       Stem{"whore", true},    Stem{"piss", true},
    Stem{"goddamn", true},  Stem{"cocksuck", true},   Stem{"nigger", true},   Stem{"faggot", true},
    Stem{"jackass", true},  Stem{"dumbass", true},    Stem{"bollock", true},  Stem{"prick", false},
    Stem{"pricks", false},
};
constexpr std::array<std::string_view, 14> endings{"",   "s", "es", "ed",  "er",   "ers",  "ing",
                                                   "in", "y", "ty", "ier", "hole", "head", "'s"};

bool is_letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '\'';
}

std::string lower(std::string_view text) {
    std::string low(text);
    for (char& byte : low) {
        if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte + ('a' - 'A'));
    }
    return low;
}

bool is_profane(std::string_view part) {
    const std::string low = lower(part);
    return std::ranges::any_of(stems, [&](const Stem& stem) {
        if (!low.starts_with(stem.stem)) return false;
        const std::string_view rest = std::string_view(low).substr(stem.stem.size());
        return rest.empty() || rest == "'s" || (stem.inflected && std::ranges::find(endings, rest) != endings.end());
    });
}

}  // namespace

std::string masked(std::string_view text) {
    std::string result(text);
    for (std::size_t at = 0; at < result.size();) {
        std::size_t begin = at;
        while (at < result.size() && is_letter(result[at]))
            ++at;
        std::size_t end = at++;
        while (begin < end && result[begin] == '\'')  // a quotation's
            ++begin;
        while (end > begin && result[end - 1] == '\'')
            --end;
        if (end > begin && is_profane(std::string_view(result).substr(begin, end - begin)))
            result.replace(begin + 1, end - begin - 1, end - begin - 1, '*');
    }
    return result;
}

}  // namespace formats
