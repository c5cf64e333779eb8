// The configuration file as plain rows: "section.key" and what stands there, as the environment would say it. The
// adapter over toml++. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace runtime {

struct FileRow {
    std::string name;
    std::string text;
    std::size_t line = 0;
    bool misplaced =
        false;  // a value outside a section, a section inside another, an array of something but texts, a date
};

inline constexpr std::size_t longest_config_bytes = std::size_t{1} << 20U;

/// In the order of the file. Errors: configuration_invalid with the line (not TOML 1.0, or too long).
base::Result<std::vector<FileRow>> parse_config_file(std::string_view toml);

}  // namespace runtime
