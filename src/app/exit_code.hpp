// What the program answers to the shell; part of its contract (README).
#pragma once
#include "base/error.hpp"

namespace app {

enum ExitCode : int {
    exit_done = 0,
    exit_failed = 1,         // a file, a format, a language, a model: something asked for could not be done
    exit_usage = 2,          // the command line itself is wrong: an option, or the value of one
    exit_interrupted = 130,  // Ctrl-C, as shells say it
};

/// What a command that ends with this error answers.
constexpr ExitCode exit_code_for(base::ErrorCode code) {
    if (code == base::ErrorCode::invalid_argument) return exit_usage;
    return code == base::ErrorCode::cancelled ? exit_interrupted : exit_failed;
}

}  // namespace app
