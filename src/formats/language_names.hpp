// Language tags and the names that OpenAI's API gives them. Pure; any thread.
#pragma once
#include <string_view>

namespace formats {

/// The English name, lower case, of a BCP 47 tag's primary language, as Whisper calls it ("en-GB": "english"); the tag
/// itself for a language that Whisper does not name. Valid as long as `tag`.
std::string_view language_name(std::string_view tag);

}  // namespace formats
