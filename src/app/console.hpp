// What the program says to the person or script that runs it: results on standard output, everything else on standard
// error. Any thread; a line is never mixed with another.
#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace app {

/// One line on standard error, after "video-transcriber: error: ".
void print_error(std::string_view message);
void print_warning(std::string_view message);
/// One line on standard error as it is.
void print_note(std::string_view message);

/// Text on standard output. Errors: output_failed, disk_full (a full disk, a closed pipe).
base::Result<void> print_result(std::string_view text);

/// "CODE: message", as every failure is told.
std::string tell(const base::Error& error);

}  // namespace app
