#include "app/program.hpp"

#include <array>
#include <new>

#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/usage.hpp"
#include "app/version.hpp"

namespace app {
namespace {

constexpr std::array commands{
    Command{"transcribe", "Transcribe video and audio files", declare_transcribe},
    Command{"live", "Transcribe speech from standard input while it is spoken", declare_live},
    Command{"serve", "Run the platform: its API and its services", declare_serve},
    Command{"config", "Print or check the configuration", declare_config},
    Command{"migrate", "Bring the database to this program's schema", declare_migrate},
    Command{"dead-letters", "List events that were given up, or have them tried again", declare_dead_letters},
    Command{"models", "List the speech models, or add one", declare_models},
    Command{"completion", "Print a completion script for a shell", declare_completion},
    Command{"version", "Print the version", declare_version},
};

void declare_all(CLI::App& program, Action& chosen) {
    program.require_subcommand(1);
    program.set_version_flag("--version", version_text);
    program.set_help_all_flag("--help-all", "Print the help of every command");
    for (const Command& row : commands) {
        CLI::App* command = program.add_subcommand(row.name, row.summary);
        row.declare(*command, chosen);
    }
}

int parse_and_run(int argument_count, char** arguments) {
    CLI::App program("Turns video and audio into transcripts and subtitles, on this machine alone.",
                     "video-transcriber");
    Action chosen;
    declare_all(program, chosen);
    try {
        program.parse(argument_count, arguments);
    } catch (const CLI::ParseError& error) {
        return answer_parse_error(program, error);
    }
    return chosen ? chosen() : exit_usage;
}

}  // namespace

int run_program(int argument_count, char** arguments) {
    try {
        return parse_and_run(argument_count, arguments);
    } catch (const std::bad_alloc&) {
        print_error("internal: out of memory; close other programs or use fewer --threads");
    } catch (const std::exception& error) {
        print_error(std::string("internal: ") + error.what());
    }
    return exit_failed;
}

}  // namespace app
