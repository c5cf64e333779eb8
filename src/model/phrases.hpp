// A custom vocabulary: words and phrases that a recogniser listens for, as people write them. Pure; any thread.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace model {

inline constexpr std::size_t most_phrases = 1000;
inline constexpr std::size_t longest_phrase_characters = 100;

/// Trimmed, with single spaces, without empty and repeated ones, in their order. Errors: invalid_argument, with the
/// number of the phrase: more than most_phrases, longer than longest_phrase_characters, malformed UTF-8, control
/// characters, nothing that is said.
base::Result<std::vector<std::string>> clean_phrases(const std::vector<std::string>& phrases);

/// One phrase a line; empty lines and those that begin with '#' say nothing. Errors: as clean_phrases.
base::Result<std::vector<std::string>> parse_phrases(std::string_view text);

/// Of the field "vocabulary", as clean_phrases: a list of texts, or one text with commas or line ends between; absent
/// when it is not there. Anything else is a fault of `fields`.
std::optional<std::vector<std::string>> vocabulary_field(base::JsonFields& fields);

/// The phrases of a value that is such a list or text, as they are; absent when it is neither.
std::optional<std::vector<std::string>> phrases_of(const base::Json& value);

/// What tells two lists apart, short, as part of an engine's fingerprint; empty for no phrases.
std::string phrases_fingerprint(const std::vector<std::string>& phrases);

}  // namespace model
