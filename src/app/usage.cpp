#include "app/usage.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/option_values.hpp"

namespace app {
namespace {

int print_asked_for(const std::string& text) {
    const auto printed = print_result(text);
    if (printed) return exit_done;
    print_error(tell(printed.error()));
    return exit_failed;
}

// The command that has more below it and was given none of them.
const CLI::App& deepest(const CLI::App& program) {
    const auto chosen = program.get_subcommands();
    return chosen.empty() ? program : deepest(*chosen.front());
}

std::string names_below(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; }))
        names.push_back(below->get_name());
    return join(names);
}

// The parser only says that a command is missing, not that the word it was given is none; empty when it is another
// fault.
std::string unknown_command(const CLI::App& program, const CLI::ParseError& error) {
    const CLI::App& command = deepest(program);
    const std::vector<std::string> words = program.remaining(true);
    if (error.get_name() != "RequiredError" || words.empty() || names_below(command).empty()) return {};
    return "there is no command \"" + words.front() + "\"; there are: " + names_below(command);
}

}  // namespace

int answer_parse_error(const CLI::App& program, const CLI::ParseError& error) {
    std::ostringstream asked_for;
    std::ostringstream wrong;
    program.exit(error, asked_for, wrong);
    if (error.get_exit_code() == 0) return print_asked_for(asked_for.str());
    std::string what = unknown_command(program, error);
    if (what.empty()) what = error.what();
    print_error(what);
    print_note("Run with --help for more information.");
    return exit_usage;
}

}  // namespace app
