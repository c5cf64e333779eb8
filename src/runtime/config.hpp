// The configuration: one table of rows, a row an option, from which everything follows: reading the TOML file,
// overriding by environment and command line, checking, printing, and the page of documentation. Each layer and service
// brings its rows; the composition root joins them.
//
// Order, the later wins: default, file, environment (VIDEO_TRANSCRIBER_SECTION_KEY), command line. Pure, but for the
// reading of the environment; any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace runtime {

enum class OptionType : std::uint8_t {
    text,
    integer,
    real,
    boolean,   // true, false
    duration,  // a number with its unit: 500ms, 30s, 5m, 12h, 7d
    size,      // bytes, or with a unit: 512, 64KiB, 20MiB, 1GiB, 2TiB
    list,      // of texts: a TOML array, or one text with commas
};

/// What is wrong with a value; empty when nothing is. It gets the value's canonical text.
using OptionCheck = std::function<std::string(std::string_view)>;

struct Option {
    std::string name;  // "section.key": lower-case words with '_'
    OptionType type = OptionType::text;
    std::string default_text{};  // as the environment would say it
    std::string documentation{};
    OptionCheck check{};
    bool secret = false;  // never printed
};

OptionCheck integer_from(std::int64_t lowest, std::int64_t highest);
OptionCheck one_of(std::vector<std::string> words);
OptionCheck not_empty();

/// Every option's value, checked. Asking for an option that is not in the table, or as another type, throws
/// std::logic_error.
class Config {
  public:
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::int64_t integer(std::string_view name) const;
    [[nodiscard]] double real(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const;
    [[nodiscard]] std::chrono::milliseconds duration(std::string_view name) const;
    [[nodiscard]] std::uint64_t size_bytes(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
    /// "default", "file", "environment" or "command line".
    [[nodiscard]] std::string_view source(std::string_view name) const;

  private:
    friend class ConfigTable;
    struct Value {
        OptionType type;
        std::string text;  // canonical
        std::string_view source;
    };
    [[nodiscard]] const Value& value(std::string_view name, OptionType type) const;
    std::map<std::string, Value, std::less<>> values_;
};

struct ConfigInput {
    std::string file_name{};  // for messages
    std::string file_text{};  // TOML 1.0
    std::map<std::string, std::string> environment{};
    std::vector<std::pair<std::string, std::string>> overrides{};  // "section.key" and its text
};

class ConfigTable {
  public:
    /// Throws std::invalid_argument for a table that is wrong in itself: a name twice or not of the form, a default
    /// that does not pass its own check.
    explicit ConfigTable(std::vector<Option> options);

    /// The values, or everything that is wrong at once (each configuration_invalid): unknown names with the nearest
    /// known one, wrong types, failed checks. Of the environment, only names that begin with VIDEO_TRANSCRIBER_ and a
    /// section of the table count.
    [[nodiscard]] std::expected<Config, std::vector<base::Error>> read(const ConfigInput& input) const;

    /// TOML with every option and where its value comes from; a secret shows only whether it is set.
    [[nodiscard]] std::string print(const Config& config) const;
    /// The page docs/configuration.md.
    [[nodiscard]] std::string documentation() const;

  private:
    struct Reading;
    void read_file(Reading& reading, const ConfigInput& input) const;
    void read_environment(Reading& reading, const std::map<std::string, std::string>& environment) const;
    void read_overrides(Reading& reading, std::span<const std::pair<std::string, std::string>> overrides) const;
    void put(Reading& reading, std::string_view name, std::string_view text, std::string_view source,
             const std::string& where) const;
    void unknown(Reading& reading, std::string_view name, const std::string& where) const;
    std::vector<Option> options_;  // by section, then in the order given
};

/// The variable that overrides an option: "server.listen" is VIDEO_TRANSCRIBER_SERVER_LISTEN.
std::string option_variable(std::string_view name);

}  // namespace runtime
