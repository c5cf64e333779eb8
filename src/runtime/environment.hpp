// The only place that reads the process's environment variables and asks about the terminal.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace runtime {

/// The value of an environment variable; absent when unset or empty.
std::optional<std::string> environment(const char* name);

/// Every variable whose name begins so.
std::map<std::string, std::string> environment_with(std::string_view prefix);

/// Whether the descriptor is a terminal that understands cursor movement (TERM is not "dumb").
bool is_terminal(int descriptor);

/// The terminal's width in columns; 80 when it does not say.
std::size_t terminal_columns(int descriptor);

}  // namespace runtime
