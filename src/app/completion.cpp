#include "app/completion.hpp"

#include <algorithm>
#include <cstddef>

namespace app {
namespace {

using Commands = std::vector<CompletionCommand>;

std::string shell_quoted(std::string_view text) {
    std::string inside;
    for (const char character : text)
        inside += character == '\'' ? std::string("'\\''") : std::string(1, character);
    return "'" + inside + "'";
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::vector<std::string> words_after(const Commands& commands, std::string_view prefix) {
    std::vector<std::string> words;
    for (const CompletionCommand& command : commands) {
        if (!command.name.starts_with(prefix)) continue;
        const std::string rest = command.name.substr(prefix.size());
        if (!rest.empty() && !rest.contains(' ')) words.push_back(rest);
    }
    return words;
}

// What follows a command: its options and the commands below it.
std::string bash_words(const Commands& commands, const CompletionCommand& command) {
    std::vector<std::string> words = words_after(commands, command.name + " ");
    for (const CompletionOption& option : command.options)
        words.push_back(option.name);
    return join(words);
}

std::string bash_script(const Commands& commands) {
    std::string cases;
    std::string values;
    for (const CompletionCommand& command : commands) {
        cases +=
            "    " + shell_quoted(command.name) + ") words=" + shell_quoted(bash_words(commands, command)) + " ;;\n";
        for (const CompletionOption& option : command.options) {
            if (option.choices.empty()) continue;
            values += "    " + shell_quoted(command.name + " " + option.name) +
                      ") words=" + shell_quoted(join(option.choices)) + " ;;\n";
        }
    }
    return "# bash completion for video-transcriber: video-transcriber completion bash > FILE, then source FILE\n"
           "_video_transcriber() {\n"
           "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' words='' i\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case ${COMP_WORDS[i]} in -*) break ;; esac\n"
           "    [[ -n $command && $command != models ]] && break\n"
           "    command=\"${command:+$command }${COMP_WORDS[i]}\"\n"
           "  done\n"
           "  case \"$command $previous\" in\n" +
           values +
           "    *) ;;\n"
           "  esac\n"
           "  [[ -n $words ]] || case $command in\n"
           "    '') words=" +
           shell_quoted(join(words_after(commands, ""))) + " ;;\n" + cases +
           "  esac\n"
           "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
           "}\n"
           "complete -o default -F _video_transcriber video-transcriber\n";
}

std::string fish_condition(const std::string& command) {
    std::string condition;
    std::string_view rest = command;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        condition += (condition.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") +
                     std::string(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return condition.empty() ? "__fish_use_subcommand" : condition;
}

std::string fish_script(const Commands& commands) {
    std::string script =
        "# fish completion for video-transcriber: save as ~/.config/fish/completions/video-transcriber.fish\n";
    for (const CompletionCommand& command : commands) {
        const std::size_t space = command.name.rfind(' ');
        const std::string parent = space == std::string::npos ? "" : command.name.substr(0, space);
        const std::string word = space == std::string::npos ? command.name : command.name.substr(space + 1);
        script += "complete -c video-transcriber -n " + shell_quoted(fish_condition(parent)) + " -a " + word + " -d " +
                  shell_quoted(command.summary) + "\n";
        for (const CompletionOption& option : command.options) {
            script += "complete -c video-transcriber -n " + shell_quoted(fish_condition(command.name)) + " -l " +
                      option.name.substr(2) + (option.takes_value ? " -r" : "") + " -d " + shell_quoted(option.summary);
            if (!option.choices.empty()) script += " -f -a " + shell_quoted(join(option.choices));
            script += "\n";
        }
    }
    return script;
}

// zsh runs bash's completion functions as they are.
std::string zsh_script(const Commands& commands) {
    return "#compdef video-transcriber\n# zsh completion for video-transcriber: source this file from ~/.zshrc\n"
           "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" +
           bash_script(commands);
}

}  // namespace

std::optional<std::string> completion_script(std::string_view shell, const Commands& commands) {
    if (shell == "bash") return bash_script(commands);
    if (shell == "fish") return fish_script(commands);
    if (shell == "zsh") return zsh_script(commands);
    return std::nullopt;
}

}  // namespace app
