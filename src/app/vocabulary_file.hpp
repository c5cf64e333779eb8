// The file of --vocabulary: words and names to listen for, one a line.
#pragma once
#include <string>
#include <vector>

#include "base/error.hpp"

namespace app {

/// As of model::parse_phrases; none for an empty path, and "-" is standard input. Errors: file_not_found,
/// file_unreadable, invalid_argument (with the path).
base::Result<std::vector<std::string>> read_vocabulary(const std::string& path);

}  // namespace app
