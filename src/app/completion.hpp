// Completion scripts for shells, made from the same table of commands and options that parses the command line. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace app {

/// What can stand in a place of the command line.
struct CompletionValue {
    enum class Kind : std::uint8_t { nothing, word, list, file, folder, model };  // list: words with commas between
    Kind kind = Kind::file;
    std::vector<std::string> words;  // of word and list
};

struct CompletionOption {
    std::vector<std::string> names;  // "--format", "-f"
    std::string summary;
    std::optional<CompletionValue> value;  // absent: a flag
};

struct CompletionCommand {
    std::string name;  // "transcribe", "models list"
    std::string summary;
    std::vector<CompletionOption> options;
    CompletionValue argument;  // what the command takes beside its options
};

/// The script for "bash", "zsh" or "fish"; absent for another shell.
std::optional<std::string> completion_script(std::string_view shell, const std::vector<CompletionCommand>& commands);

}  // namespace app
