// What the program answers when the command line is not one to run: help, the version, or what is wrong with it.
#pragma once

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace app {

/// Prints it and gives the exit code. `program` has just thrown `error`.
int answer_parse_error(const CLI::App& program, const CLI::ParseError& error);

}  // namespace app
