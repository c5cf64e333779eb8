// `video-transcriber completion bash|zsh|fish`: walks the parser's own tree, so that no option is written down twice.
#include <algorithm>
#include <array>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/command.hpp"
#include "app/completion.hpp"
#include "app/console.hpp"
#include "app/exit_code.hpp"
#include "formats/formats.hpp"
#include "speech/families.hpp"

namespace app {
namespace {

using Kind = CompletionValue::Kind;
using Words = std::vector<std::string>;

struct Place {
    std::string_view name;  // of an option, or of what a command takes
    Kind kind;
    Words (*words)() = nullptr;
};

Words names_of(const auto& rows) {
    Words names;
    for (const auto& row : rows)
        names.emplace_back(row.name);
    return names;
}

Words rule_sets() {
    Words names = names_of(formats::all_rule_sets());
    names.emplace_back("custom");
    return names;
}

// What is not in here is a file, which does no harm.
constexpr std::array places{
    Place{"--format", Kind::list, [] { return names_of(formats::all_formats()); }},
    Place{"--subtitle-rules", Kind::word, rule_sets},
    Place{"--provider", Kind::word, [] { return Words{"cpu", "cuda", "auto"}; }},
    Place{"--family", Kind::word, [] { return names_of(speech::model_families()); }},
    Place{"SHELL", Kind::word, [] { return Words{"bash", "zsh", "fish"}; }},
    Place{"--encoding", Kind::word, [] { return Words{"pcm_s16le", "pcm_f32le", "mulaw"}; }},
    Place{"--output", Kind::folder},
    Place{"--data", Kind::folder},
    Place{"FOLDER", Kind::folder},
    Place{"--model", Kind::model},
    Place{"MODEL", Kind::model},
    Place{"--language", Kind::nothing},
    Place{"--subtitle-settings", Kind::nothing},
    Place{"--threads", Kind::nothing},
    Place{"--name", Kind::nothing},
    Place{"--license", Kind::nothing},
    Place{"--type", Kind::nothing},
    Place{"--consumer", Kind::nothing},
    Place{"--event", Kind::nothing},
    Place{"--limit", Kind::nothing},
    Place{"--rate", Kind::nothing},
};

CompletionValue value_of(const std::string& name) {
    const auto* place = std::ranges::find(places, name, &Place::name);
    if (place == places.end()) return {};
    return {place->kind, place->words == nullptr ? Words{} : place->words()};
}

// Options without a group are hidden.
CompletionCommand describe(const CLI::App& command, const std::string& name) {
    CompletionCommand described{name, command.get_description(), {}, {Kind::nothing, {}}};
    for (const CLI::Option* option : command.get_options()) {
        if (option->get_positional()) described.argument = value_of(option->get_name(true));
        if (option->get_lnames().empty() || option->get_group().empty()) continue;
        CompletionOption offered{{"--" + option->get_lnames().front()}, option->get_description(), {}};
        for (const std::string& letter : option->get_snames())
            offered.names.push_back("-" + letter);
        if (option->get_items_expected_max() > 0) offered.value = value_of(offered.names.front());
        described.options.push_back(std::move(offered));
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
