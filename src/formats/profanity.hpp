// Profanity, masked but for its first letter. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

namespace formats {

/// The word with a star for each letter after the first when it is one of the list (English, with its inflections),
/// whatever its case and the punctuation around it; else as it is. Parts with hyphens are judged each for itself.
std::string masked(std::string_view word);

}  // namespace formats
