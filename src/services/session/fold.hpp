// Letters as search compares them: without case, and Latin, Greek and Cyrillic ones without the marks that people leave
// out when they type ("Ærø" is found by "aero", "Müller" by "muller"). Small on purpose: what it does not know it
// leaves as it is. Pure; any thread.
#pragma once
#include <cstdint>
#include <string>

namespace session {

/// Appends the letter's folded form in UTF-8: none for a combining mark, two for letters such as "ß".
void append_folded(std::string& word, std::uint32_t letter);

}  // namespace session
