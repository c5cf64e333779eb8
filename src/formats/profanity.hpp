// Profanity, masked but for its first letter. Pure; any thread.
#pragma once
#include <string>
#include <string_view>

namespace formats {

/// The text with a star for each letter after the first in the words of a list (English, with its inflections),
/// whatever their case and the punctuation around them; all else as it is. Parts with hyphens are words of their own.
std::string masked(std::string_view text);

}  // namespace formats
