// The words of spoken text. Pure; any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace analysis {

struct Word {
    std::string_view text;     // as it stands, without the punctuation around it; points into the text given
    std::string folded;        // lower case, typographic apostrophes as '
    bool after_break = false;  // the first one, or punctuation stands between it and the word before
};

/// The words in order. Hyphens, apostrophes, points and commas inside a word belong to it ("twenty-five", "U.S",
/// "3,000"); in Chinese and Japanese each character is one. Letters beyond ASCII count; case is folded for Latin, Greek
/// and Cyrillic.
std::vector<Word> words_of(std::string_view text);

/// What forms of one English word have in common: without a possessive ending and a plural's s (the S stemmer of
/// Harman, "How effective is suffixing?", 1991).
std::string stem_of(std::string_view folded);

}  // namespace analysis
