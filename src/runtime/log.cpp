#include "runtime/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "base/json_writer.hpp"
#include "base/rfc3339.hpp"
#include "base/utf8.hpp"

namespace runtime {
namespace {

constexpr std::array<std::string_view, 5> level_names{"debug", "info", "warning", "error", "off"};
constexpr std::size_t longest_value_code_points = 256;
constexpr std::size_t most_fields = 16;

void write_value(base::JsonWriter& json, const LogField& field) {
    json.key(field.name.text());
    if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        json.value(base::printable(*text, longest_value_code_points));
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        json.value(*number);
    } else if (const auto* real = std::get_if<double>(&field.value)) {
        json.value(*real, 6);
    } else {
        json.value(std::get<bool>(field.value));
    }
}

void write_context(base::JsonWriter& json, const Context& context) {
    json.key("correlation_id").value(base::printable(context.correlation_id, 128));
    if (!context.trace.trace_id.empty()) json.key("trace_id").value(context.trace.trace_id);
}

bool takes_a_line(int descriptor) {
    pollfd ready{descriptor, POLLOUT, 0};
    return poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
}

bool write_line(int descriptor, std::string_view line) {
    if (!takes_a_line(descriptor)) return false;
    ssize_t size = -1;
    do {
        size = ::write(descriptor, line.data(), line.size());
    } while (size < 0 && errno == EINTR);
    return size == static_cast<ssize_t>(line.size());
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
    const auto found = std::ranges::find(level_names, name);
    if (found == level_names.end()) return std::nullopt;
    return static_cast<LogLevel>(found - level_names.begin());
}

std::string Log::line(LogLevel level, Literal event, const Context* context, std::span<const LogField> fields) const {
    base::JsonWriter json(0);
    json.begin_object();
    json.key("time").value(base::to_rfc3339(clock_.utc_now()));
    json.key("level").value(level_names.at(static_cast<std::size_t>(level)));
    json.key("event").value(event.text());
    json.key("service").value(options_.service);
    json.key("instance").value(options_.instance);
    if (context != nullptr) write_context(json, *context);
    if (const auto dropped = dropped_.load(); dropped > 0)
        json.key("dropped").value(static_cast<std::int64_t>(dropped));
    for (const LogField& field : fields.first(std::min(fields.size(), most_fields))) {
        if (json.text().size() > longest_log_line_bytes / 2) break;
        write_value(json, field);
    }
    json.end_object();
    return json.text() + "\n";
}

void Log::write(LogLevel level, Literal event, const Context* context, std::span<const LogField> fields) {
    if (level < options_.level || options_.level == LogLevel::off) return;
    const std::lock_guard lock(mutex_);
    if (write_line(options_.descriptor, line(level, event, context, fields))) {
        dropped_ = 0;
    } else {
        ++dropped_;
    }
}

}  // namespace runtime
