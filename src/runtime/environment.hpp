// The only place that reads the process's environment variables and asks about the terminal.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

namespace runtime {

/// The value of an environment variable; absent when unset or empty.
std::optional<std::string> environment(const char* name);

/// Whether the descriptor is a terminal that understands cursor movement (TERM is not "dumb").
bool is_terminal(int descriptor);

/// The terminal's width in columns; 80 when it does not say.
std::size_t terminal_columns(int descriptor);

}  // namespace runtime
