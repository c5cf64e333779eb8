#include "runtime/config.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>

#include "base/utf8.hpp"
#include "runtime/config_file.hpp"
#include "runtime/config_values.hpp"

namespace runtime {
namespace {

using base::ErrorCode;

constexpr std::string_view variable_prefix = "VIDEO_TRANSCRIBER_";

std::string_view section_of(std::string_view name) {
    return name.substr(0, name.find('.'));
}

std::string_view key_of(std::string_view name) {
    return name.substr(name.find('.') + 1);
}

bool is_option_name(std::string_view name) {
    const auto is_word = [](std::string_view word) {
        return !word.empty() &&
               word.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
    };
    return name.contains('.') && is_word(section_of(name)) && is_word(key_of(name));
}

std::string upper(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

std::string complaint(const Option& option, std::string_view canonical) {
    return option.check ? option.check(canonical) : std::string();
}

void check_row(const Option& option) {
    if (!is_option_name(option.name)) throw std::invalid_argument("not an option's name: " + option.name);
    const auto canonical = canonical_value(option.type, option.default_text);
    if (!canonical || !complaint(option, *canonical).empty())
        throw std::invalid_argument("a wrong default: " + option.name);
}

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// So that no line of the documentation breaks its table.
std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text)
        result.append(c == '|' ? "\\|" : std::string(1, c == '\n' ? ' ' : c));
    return result;
}

}  // namespace

std::string option_variable(std::string_view name) {
    std::string variable = upper(name);
    std::ranges::replace(variable, '.', '_');
    return std::string(variable_prefix) + variable;
}

OptionCheck integer_from(std::int64_t lowest, std::int64_t highest) {
    return [=](std::string_view text) -> std::string {
        const std::int64_t number = number_of(text);
        if (number >= lowest && number <= highest) return "";
        return "must be from " + std::to_string(lowest) + " to " + std::to_string(highest);
    };
}

OptionCheck one_of(std::vector<std::string> words) {
    return [words = std::move(words)](std::string_view text) -> std::string {
        if (std::ranges::find(words, text) != words.end()) return "";
        std::string known;
        for (const std::string& word : words)
            known.append(known.empty() ? "" : ", ").append(word);
        return "must be one of " + known;
    };
}

OptionCheck not_empty() {
    return [](std::string_view text) -> std::string { return text.empty() ? "must not be empty" : ""; };
}

const Config::Value& Config::value(std::string_view name, OptionType type) const {
    const auto found = values_.find(name);
    if (found == values_.end() || found->second.type != type)
        throw std::logic_error("no such option of that type: " + std::string(name));
    return found->second;
}

std::string Config::text(std::string_view name) const {
    return value(name, OptionType::text).text;
}
std::int64_t Config::integer(std::string_view name) const {
    return number_of(value(name, OptionType::integer).text);
}
double Config::real(std::string_view name) const {
    const std::string& text = value(name, OptionType::real).text;
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}
bool Config::boolean(std::string_view name) const {
    return value(name, OptionType::boolean).text == "true";
}
std::chrono::milliseconds Config::duration(std::string_view name) const {
    return std::chrono::milliseconds(number_of(value(name, OptionType::duration).text));
}
std::uint64_t Config::size_bytes(std::string_view name) const {
    return static_cast<std::uint64_t>(number_of(value(name, OptionType::size).text));
}
std::vector<std::string> Config::list(std::string_view name) const {
    return split_list(value(name, OptionType::list).text);
}
std::string_view Config::source(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::logic_error("no such option: " + std::string(name));
    return found->second.source;
}

struct ConfigTable::Reading {
    Config config;
    std::vector<base::Error> errors;
    void fault(const std::string& message) {
        errors.push_back({ErrorCode::configuration_invalid, base::printable(message, 500)});
    }
};

ConfigTable::ConfigTable(std::vector<Option> options) : options_(std::move(options)) {
    std::set<std::string> seen;
    for (const Option& option : options_) {
        check_row(option);
        if (!seen.insert(option_variable(option.name)).second)
            throw std::invalid_argument("an option twice: " + option.name);
    }
    std::ranges::stable_sort(options_, {}, [](const Option& option) { return section_of(option.name); });
}

void ConfigTable::put(Reading& reading, std::string_view name, std::string_view text, std::string_view source,
                      const std::string& where) const {
    const auto option = std::ranges::find(options_, name, &Option::name);
    if (option == options_.end()) return unknown(reading, name, where);
    const auto canonical = canonical_value(option->type, text);
    const std::string shown = option->secret ? "" : ", not \"" + std::string(text) + "\"";
    const std::string wrong = canonical ? complaint(*option, *canonical) : canonical.error().message;
    if (!wrong.empty()) return reading.fault(where + ": " + option->name + " " + wrong + shown);
    reading.config.values_.insert_or_assign(option->name, Config::Value{option->type, *canonical, source});
}

void ConfigTable::unknown(Reading& reading, std::string_view name, const std::string& where) const {
    std::vector<std::string> names;
    for (const Option& option : options_)
        names.push_back(option.name);
    const std::string nearest = nearest_word(name, names);
    const std::string hint = nearest.empty() ? "`config print` shows all options" : "did you mean " + nearest + "?";
    reading.fault(where + ": there is no option " + std::string(name) + "; " + hint);
}

void ConfigTable::read_file(Reading& reading, const ConfigInput& input) const {
    const auto rows = parse_config_file(input.file_text);
    if (!rows) return reading.fault(input.file_name + ": " + rows.error().message);
    for (const FileRow& row : *rows) {
        const std::string where = input.file_name + ":" + std::to_string(row.line);
        if (!row.misplaced) {
            put(reading, row.name, row.text, "file", where);
        } else if (std::ranges::find(options_, row.name, &Option::name) != options_.end()) {
            reading.fault(where + ": " + row.name + " takes one value, or a list of texts without commas");
        } else {
            unknown(reading, row.name, where);
        }
    }
}

void ConfigTable::read_environment(Reading& reading, const std::map<std::string, std::string>& environment) const {
    std::map<std::string, std::string> names;
    std::set<std::string> prefixes;
    for (const Option& option : options_) {
        names.emplace(option_variable(option.name), option.name);
        prefixes.insert(option_variable(section_of(option.name)) + "_");
    }
    for (const auto& [variable, text] : environment) {
        const auto name = names.find(variable);
        if (name != names.end()) {
            put(reading, name->second, text, "environment", variable);
        } else if (std::ranges::any_of(prefixes,
                                       [&](const std::string& prefix) { return variable.starts_with(prefix); })) {
            std::vector<std::string> known;
            for (const auto& [other, ignored] : names)
                known.push_back(other);
            const std::string nearest = nearest_word(variable, known);
            reading.fault("the environment: there is no option for " + variable +
                          (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
        }
    }
}

void ConfigTable::read_overrides(Reading& reading,
                                 std::span<const std::pair<std::string, std::string>> overrides) const {
    for (const auto& [name, text] : overrides)
        put(reading, name, text, "command line", "the command line");
}

std::expected<Config, std::vector<base::Error>> ConfigTable::read(const ConfigInput& input) const {
    Reading reading;
    for (const Option& option : options_) {
        auto canonical = canonical_value(option.type, option.default_text);
        reading.config.values_.emplace(option.name, Config::Value{option.type, *std::move(canonical), "default"});
    }
    read_file(reading, input);
    read_environment(reading, input.environment);
    read_overrides(reading, input.overrides);
    if (!reading.errors.empty()) return std::unexpected(std::move(reading.errors));
    return std::move(reading.config);
}

std::string ConfigTable::print(const Config& config) const {
    std::string out;
    std::string_view section;
    for (const Option& option : options_) {
        if (section_of(option.name) != section) {
            section = section_of(option.name);
            out.append(out.empty() ? "" : "\n").append("[").append(section).append("]\n");
        }
        const Config::Value& value = config.value(option.name, option.type);
        const bool hidden = option.secret && !value.text.empty();
        out.append(hidden ? "# " : "").append(key_of(option.name)).append(" = ");
        out.append(hidden ? "(set, not shown)" : toml_value(option.type, value.text));
        out.append("  # ").append(value.source).append("\n");
    }
    return out;
}

std::string ConfigTable::documentation() const {
    std::string out =
        "# Configuration\n\nGenerated from the table of options; do not edit. A TOML file given by `--config`; every "
        "option is also an environment "
        "variable, which wins over the file, and the command line wins over both. `video-transcriber config check` "
        "tells everything that is wrong, "
        "`config print` shows every value and where it comes from.\n\nDurations: `500ms`, `30s`, `5m`, `12h`, `7d`. "
        "Sizes: bytes, `64KiB`, `20MiB`, "
        "`1GiB`, `2TiB`. Lists: a TOML array of texts, or one text with commas.\n";
    std::string_view section;
    for (const Option& option : options_) {
        if (section_of(option.name) != section) {
            section = section_of(option.name);
            out.append("\n## [").append(section).append(
                "]\n\n| key | type | default | what it does | variable |\n| --- | --- | --- | --- | --- |\n");
        }
        const auto canonical = canonical_value(option.type, option.default_text);
        out.append("| `").append(key_of(option.name)).append("` | ").append(type_name(option.type));
        out.append(" | `")
            .append(cell(toml_value(option.type, *canonical)))
            .append("` | ")
            .append(cell(option.documentation));
        out.append(option.secret ? " Secret: never printed." : "")
            .append(" | `")
            .append(option_variable(option.name))
            .append("` |\n");
    }
    return out;
}

}  // namespace runtime
