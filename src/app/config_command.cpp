// `video-transcriber config print|check|documentation` and `video-transcriber migrate`.
#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/configuration.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "app/instance.hpp"
#include "app/roles.hpp"

namespace app {
namespace {

int print(const std::string& text) {
    const auto printed = print_result(text);
    if (printed) return exit_done;
    print_error(tell(printed.error()));
    return exit_failed;
}

// Reads the configuration and goes on with it, or tells everything that is wrong.
template <class Use>
int with_configuration(const ConfigurationArguments& arguments, Use use) {
    const runtime::ConfigTable table = configuration_table();
    const auto config = read_configuration(table, arguments);
    if (config) return use(table, *config);
    for (const base::Error& error : config.error())
        print_error(tell(error));
    return exit_failed;
}

int migrate_store(const ConfigurationArguments& arguments) {
    return with_configuration(arguments, [](const runtime::ConfigTable&, const runtime::Config& config) -> int {
        const auto steps = migrate(config);
        if (!steps) {
            print_error(tell(steps.error()));
            return exit_failed;
        }
        print_note(*steps == 0 ? "nothing to do" : std::to_string(*steps) + " steps taken");
        return exit_done;
    });
}

}  // namespace

void declare_config(CLI::App& command, Action& chosen) {
    command.require_subcommand(1);
    const auto arguments = std::make_shared<ConfigurationArguments>();
    const auto add = [&](const char* name, const char* summary, auto use) {
        CLI::App* one = command.add_subcommand(name, summary);
        one->add_option("-c,--config", arguments->file, "Configuration (TOML)");
        one->callback(
            [arguments, use, &chosen] { chosen = [arguments, use] { return with_configuration(*arguments, use); }; });
    };
    add("print", "Print every option, its value and where it comes from",
        [](const runtime::ConfigTable& table, const runtime::Config& config) { return print(table.print(config)); });
    add("check", "Say everything that is wrong with the configuration",
        [](const runtime::ConfigTable&, const runtime::Config&) {
            print_note("the configuration is good");
            return int{exit_done};
        });
    add("documentation", "Print the page docs/configuration.md",
        [](const runtime::ConfigTable& table, const runtime::Config&) { return print(table.documentation()); });
}

void declare_migrate(CLI::App& command, Action& chosen) {
    const auto arguments = std::make_shared<ConfigurationArguments>();
    const auto data = std::make_shared<std::string>();
    command.add_option("-c,--config", arguments->file, "Configuration (TOML)");
    command.add_option("-d,--data", *data, "Folder of everything that is kept");
    command.callback([arguments, data, &chosen] {
        if (!data->empty()) arguments->overrides.emplace_back("data.dir", *data);
        chosen = [arguments] { return migrate_store(*arguments); };
    });
}

}  // namespace app
