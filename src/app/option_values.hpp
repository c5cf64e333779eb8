// What the values of options have in common, whatever the command. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace app {

/// "srt,vtt" and "txt" as srt, vtt, txt. Errors: invalid_argument (nothing between two commas, or nothing at all);
/// `option` is what the message calls them.
base::Result<std::vector<std::string>> split_list(const std::vector<std::string>& values, std::string_view option);

/// "a, b, c".
std::string join(const std::vector<std::string>& words);

/// For CLI11's check(): what is wrong with an empty value, or nothing.
std::string refuse_empty(const std::string& value);

}  // namespace app
