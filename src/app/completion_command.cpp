// `video-transcriber completion bash|zsh|fish`: walks the parser's own tree, so that no option is written down twice.
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/completion.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "formats/formats.hpp"

namespace app {
namespace {

// Options whose values are a list that the program knows.
std::vector<std::string> choices_of(const std::string& option) {
    std::vector<std::string> choices;
    if (option == "--format") {
        for (const formats::Format& format : formats::all_formats())
            choices.emplace_back(format.name);
    }
    if (option == "--subtitle-rules") {
        for (const formats::SubtitleRules& rules : formats::all_rule_sets())
            choices.push_back(rules.name);
        choices.emplace_back("custom");
    }
    return choices;
}

CompletionCommand describe(const CLI::App& command, const std::string& name) {
    CompletionCommand described{name, command.get_description(), {}};
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_lnames().empty()) continue;
        const std::string flag = "--" + option->get_lnames().front();
        described.options.push_back(
            {flag, option->get_description(), option->get_items_expected_max() > 0, choices_of(flag)});
    }
    return described;
}

void collect(const CLI::App& parent, const std::string& prefix, std::vector<CompletionCommand>& commands) {
    for (const CLI::App* command : parent.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string name = prefix + command->get_name();
        commands.push_back(describe(*command, name));
        collect(*command, name + " ", commands);
    }
}

int print_completion(const CLI::App& program, const std::string& shell) {
    std::vector<CompletionCommand> commands;
    collect(program, "", commands);
    const auto printed = print_result(completion_script(shell, commands).value_or(""));
    if (printed) return exit_done;
    print_error(tell(printed.error()));
    return exit_failed;
}

}  // namespace

void declare_completion(CLI::App& command, Action& chosen) {
    const auto shell = std::make_shared<std::string>();
    command.add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command.callback([shell, &command, &chosen] {
        chosen = [shell, &command] { return print_completion(*command.get_parent(), *shell); };
    });
}

}  // namespace app
