// The program behind main(): parses the command line and runs the chosen subcommand.
#pragma once

namespace app {

/// Gives the exit code (exit_code.hpp). Nothing is thrown; a fault that nobody foresaw is one line and exit code 1.
int run_program(int argument_count, char** arguments);

}  // namespace app
