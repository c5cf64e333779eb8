// The table of subcommands: one row each, with the function that declares its options and what runs when it is chosen.
#pragma once
#include <functional>

namespace CLI {
class App;
}

namespace app {

/// What the parsed command line asks for; gives the exit code.
using Action = std::function<int()>;

struct Command {
    const char* name;
    const char* summary;
    /// Declares options on `command`; sets `chosen` when the user picks it. `command` and `chosen` outlive the action.
    void (*declare)(CLI::App& command, Action& chosen);
};

// The rows' functions, one source file each.
void declare_transcribe(CLI::App& command, Action& chosen);
void declare_live(CLI::App& command, Action& chosen);
void declare_serve(CLI::App& command, Action& chosen);
void declare_config(CLI::App& command, Action& chosen);
void declare_migrate(CLI::App& command, Action& chosen);
void declare_dead_letters(CLI::App& command, Action& chosen);
void declare_models(CLI::App& command, Action& chosen);
void declare_completion(CLI::App& command, Action& chosen);
void declare_version(CLI::App& command, Action& chosen);

}  // namespace app
