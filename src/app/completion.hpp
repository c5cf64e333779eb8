// Completion scripts for shells, made from the same table of commands and options that parses the command line. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

struct CompletionOption {
    std::string name;  // "--format"
    std::string summary;
    bool takes_value = false;
    std::vector<std::string> choices;  // of the value, where they are a known list
};

struct CompletionCommand {
    std::string name;  // "transcribe", "models list"
    std::string summary;
    std::vector<CompletionOption> options;
};

/// The script for "bash", "zsh" or "fish"; absent for another shell.
std::optional<std::string> completion_script(std::string_view shell, const std::vector<CompletionCommand>& commands);

}  // namespace app
