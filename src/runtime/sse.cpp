#include "runtime/sse.hpp"

#include <algorithm>

namespace runtime {
namespace {

void append_field(std::string& wire, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    wire.append(name).append(": ");
    std::ranges::copy_if(value, std::back_inserter(wire), [](char c) { return c != '\n' && c != '\r' && c != '\0'; });
    wire += '\n';
}

// CR, LF and CR LF all end a line for the client; each line is a data field of its own.
void append_data(std::string& wire, std::string_view data) {
    while (true) {
        const std::size_t end = data.find_first_of("\r\n");
        wire.append("data: ").append(data.substr(0, end)).append("\n");
        if (end == std::string_view::npos) return;
        const bool both = data.substr(end, 2) == "\r\n";
        data.remove_prefix(end + (both ? 2 : 1));
    }
}

}  // namespace

std::string format_sse(const SseEvent& event) {
    std::string wire;
    append_field(wire, "id", event.id);
    append_field(wire, "event", event.type);
    append_data(wire, event.data);
    wire += '\n';
    return wire;
}

void Signal::ring() {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, listener] : listeners_)
        listener();
}

std::uint64_t Signal::listen(std::function<void()> listener) {
    const std::lock_guard lock(mutex_);
    listeners_.emplace(++next_, std::move(listener));
    return next_;
}

void Signal::forget(std::uint64_t listener) {
    const std::lock_guard lock(mutex_);
    listeners_.erase(listener);
}

}  // namespace runtime
