// The texts of option values: from what a person writes to one canonical form, and on to numbers. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/config.hpp"

namespace runtime {

/// The canonical text: numbers and booleans as TOML writes them, durations in "ms", sizes in bytes, lists joined by
/// commas. Errors: configuration_invalid with what was expected.
base::Result<std::string> canonical_value(OptionType type, std::string_view text);

/// How a canonical text is shown to people: the largest unit that divides it, TOML quotes and brackets.
std::string toml_value(OptionType type, std::string_view canonical);

/// "text", "duration (30s)" and so on.
std::string_view type_name(OptionType type);

std::vector<std::string> split_list(std::string_view text);

/// The word most like `name`, when it is like it at all (Damerau-Levenshtein, a third of the length at most); else
/// empty.
std::string nearest_word(std::string_view name, const std::vector<std::string>& words);

}  // namespace runtime
