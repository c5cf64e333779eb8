// Where a line or a cue may end, and how much a reader minds: the linguistic line breaks of the Netflix Timed Text
// Style Guides, as costs. Word lists are English; other languages are broken by punctuation and length alone. Pure; any
// thread.
#pragma once
#include <string_view>

namespace formats {

/// What a break costs, from the best place to the worst.
namespace break_cost {
inline constexpr int sentence_end = 0;
inline constexpr int clause_end = 1;  // after , ; : or a dash
inline constexpr int before_conjunction = 2;
inline constexpr int before_preposition = 3;
inline constexpr int plain = 5;
inline constexpr int torn_phrase = 12;  // article | noun, first | last name, auxiliary | verb, …
}  // namespace break_cost

/// The cost of a break between two words that stand side by side, both with their punctuation and neither empty.
/// `english` switches the word lists on.
int cost_of_break(std::string_view before, std::string_view after, bool english);

/// Whether a sentence ends with this word: . ! ? … and their like, closing quotes after them allowed; "Dr." and the
/// initial of a name do not end one.
bool ends_sentence(std::string_view word);

}  // namespace formats
