// JSON lines for operators: one object a line, bounded, never blocking. A line says what happened in a fixed word of
// the program and gives facts as fields: ids, codes, numbers. Texts of users, titles, file names and addresses have no
// place in it.
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "runtime/http.hpp"

namespace runtime {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };

/// "debug", "info", "warning", "error", "off".
std::optional<LogLevel> parse_log_level(std::string_view name);

/// A text that stands in the source, so that nothing else can become the name of an event or a field.
class Literal {
  public:
    consteval Literal(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    std::string_view text_;
};

struct LogField {
    Literal name;
    std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Longest line, its end included; longer strings are cut, later fields dropped. Not above PIPE_BUF: a line is one
/// write, so that lines of several processes on one pipe do not mix.
inline constexpr std::size_t longest_log_line_bytes = 4096;

class Log {
  public:
    struct Options {
        int descriptor = 2;
        LogLevel level = LogLevel::info;
        std::string service{};
        std::string instance{};
    };
    /// The clock must outlive it; the descriptor stays open.
    Log(Options options, const base::Clock& clock) : options_(std::move(options)), clock_(clock) {}

    /// Writes the line if its level is wanted. When whoever reads the log is stuck, the line is dropped and counted;
    /// the next one that gets through says how many ("dropped"). Any thread.
    void write(LogLevel level, Literal event, const Context* context, std::span<const LogField> fields);
    void write(LogLevel level, Literal event, const Context* context, std::initializer_list<LogField> fields) {
        write(level, event, context, std::span(fields.begin(), fields.size()));
    }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(); }

  private:
    [[nodiscard]] std::string line(LogLevel level, Literal event, const Context* context,
                                   std::span<const LogField> fields) const;
    Options options_;
    const base::Clock& clock_;
    std::mutex mutex_;
    std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace runtime
