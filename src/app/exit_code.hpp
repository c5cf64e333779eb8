// What the program answers to the shell; part of its contract (README).
#pragma once

namespace app {

enum ExitCode : int {
    exit_done = 0,
    exit_failed = 1,         // a file, a format, a language, a model: something asked for could not be done
    exit_usage = 2,          // the command line itself is wrong
    exit_interrupted = 130,  // Ctrl-C, as shells say it
};

}  // namespace app
