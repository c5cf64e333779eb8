#include "app/completion.hpp"

#include <algorithm>
#include <cstddef>

namespace app {
namespace {

using Commands = std::vector<CompletionCommand>;
using Kind = CompletionValue::Kind;

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

// ---- bash

const char* bash_kind(Kind kind) {
    switch (kind) {
        case Kind::word:
            return "word";
        case Kind::list:
            return "list";
        case Kind::file:
            return "file";
        case Kind::folder:
            return "folder";
        case Kind::model:
            return "model";
        case Kind::nothing:
            break;
    }
    return "nothing";
}

std::string bash_case(const std::string& pattern, const CompletionValue& value) {
    std::string line = "    " + pattern + ") kind=" + bash_kind(value.kind);
    if (!value.words.empty()) line += " words=" + shell_quoted(join(value.words));
    return line + " ;;\n";
}

// What stands after an option that takes a value.
std::string bash_option_values(const Commands& commands) {
    std::string cases;
    for (const CompletionCommand& command : commands) {
        for (const CompletionOption& option : command.options) {
            if (!option.value) continue;
            std::string pattern;
            for (const std::string& name : option.names)
                pattern += (pattern.empty() ? "" : "|") + shell_quoted(command.name + " " + name);
            cases += bash_case(pattern, *option.value);
        }
    }
    return cases;
}

std::string bash_options(const Commands& commands) {
    std::string cases;
    for (const CompletionCommand& command : commands) {
        std::vector<std::string> names;
        for (const CompletionOption& option : command.options)
            names.push_back(option.names.front());
        cases += bash_case(shell_quoted(command.name), {Kind::word, names});
    }
    return cases;
}

// The commands below a command, or what it takes.
std::string bash_arguments(const Commands& commands) {
    std::string cases = bash_case("''", {Kind::word, words_after(commands, "")});
    for (const CompletionCommand& command : commands) {
        const auto below = words_after(commands, command.name + " ");
        cases += bash_case(shell_quoted(command.name),
                           below.empty() ? command.argument : CompletionValue{Kind::word, below});
    }
    return cases;
}

// Commands that have others below them, as a pattern.
std::string bash_parents(const Commands& commands) {
    std::string pattern = "''";
    for (const CompletionCommand& command : commands) {
        if (!words_after(commands, command.name + " ").empty()) pattern += "|" + shell_quoted(command.name);
    }
    return pattern;
}

constexpr std::string_view bash_where = R"(
  if [[ $previous == '=' ]]; then
    previous=${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $current == '=' ]]; then
    current=''
  elif [[ $current == --*=* ]]; then
    previous=${current%%=*} before=${current%%=*}= current=${current#*=}
  fi
  case "$command $previous" in
)";

constexpr std::string_view bash_answer = R"(
  case $kind in
    file) COMPREPLY=(); return ;;
    model) words=$("${COMP_WORDS[0]}" models list 2>/dev/null | while read -r word _; do echo "$word"; done) ;;
    list)
      if [[ $current == *,* ]]; then before+=${current%,*}, current=${current##*,}; fi
      for word in $(echo "$words"); do
        [[ ",${before##*=}" == *",$word,"* ]] || left+="$word "
      done
      words=$left ;;
  esac
  case $kind in
    word|list|model) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=() ;;
  esac
  if [[ $kind == folder || ( $kind == model && ${#COMPREPLY[@]} == 0 ) ]]; then
    local IFS=$'\n'
    COMPREPLY=($(compgen -d -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
  [[ -z $before ]] || COMPREPLY=("${COMPREPLY[@]/#/$before}")
  compopt +o default 2>/dev/null
  return 0
}
complete -o default -F _video_transcriber video-transcriber
)";

std::string bash_script(const Commands& commands) {
    return "# bash completion for video-transcriber: video-transcriber completion bash > FILE, then source FILE\n"
           "_video_transcriber() {\n"
           "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
           "  local command='' kind='' words='' before='' left='' word i\n"
           "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
           "    case $command in " +
           bash_parents(commands) +
           ") ;; *) break ;; esac\n"
           "    case ${COMP_WORDS[i]} in -*) break ;; esac\n"
           "    command=\"${command:+$command }${COMP_WORDS[i]}\"\n"
           "  done" +
           std::string(bash_where) + bash_option_values(commands) +
           "  esac\n"
           "  [[ -n $kind ]] || case $current in -*) case $command in\n" +
           bash_options(commands) +
           "  esac ;; esac\n"
           "  [[ -n $kind ]] || case $command in\n" +
           bash_arguments(commands) + "  esac" + std::string(bash_answer);
}

// ---- fish

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

// What follows "complete …" for a value: whether files are left out, and what is offered.
std::string fish_value(const CompletionValue& value) {
    switch (value.kind) {
        case Kind::file:
            return "";
        case Kind::word:
            return " -f -a " + shell_quoted(join(value.words));
        case Kind::list:
            return " -f -a " + shell_quoted("(__fish_append , " + join(value.words) + ")");
        case Kind::folder:
            return " -f -a '(__fish_complete_directories)'";
        case Kind::model:
            return " -f -a '(video-transcriber models list 2>/dev/null | string replace -r \" .*\" \"\")'";
        case Kind::nothing:
            break;
    }
    return " -f";
}

std::string fish_option(const CompletionOption& option) {
    std::string text;
    for (const std::string& name : option.names)
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    return text + (option.value ? " -r" + fish_value(*option.value) : "") + " -d " + shell_quoted(option.summary);
}

std::string fish_script(const Commands& commands) {
    std::string script =
        "# fish completion for video-transcriber: save as ~/.config/fish/completions/video-transcriber.fish\n";
    for (const CompletionCommand& command : commands) {
        const std::size_t space = command.name.rfind(' ');
        const std::string parent = space == std::string::npos ? "" : command.name.substr(0, space);
        const std::string word = space == std::string::npos ? command.name : command.name.substr(space + 1);
        const std::string here = "complete -c video-transcriber -n " + shell_quoted(fish_condition(command.name));
        script += "complete -c video-transcriber -n " + shell_quoted(fish_condition(parent)) + " -f -a " + word +
                  " -d " + shell_quoted(command.summary) + "\n";
        const bool is_parent = !words_after(commands, command.name + " ").empty();
        const std::string argument = is_parent ? "" : fish_value(command.argument);
        if (!argument.empty()) script += here + argument + "\n";
        for (const CompletionOption& option : command.options)
            script += here + fish_option(option) + "\n";
    }
    return script;
}

// ---- zsh runs bash's completion functions as they are.
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
