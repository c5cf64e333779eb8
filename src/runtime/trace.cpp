#include "runtime/trace.hpp"

#include <vector>

#include "base/encoding.hpp"

namespace runtime {
namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";
constexpr std::size_t version_00_length = 55;

bool is_hex(std::string_view text) {
    return text.find_first_not_of(hexadecimal) == std::string_view::npos;
}

bool is_id(std::string_view text) {
    return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

std::string random_id(base::Random& random, std::size_t size_bytes) {
    std::string id = random_hex(random, size_bytes);
    if (!is_id(id)) id.back() = '1';  // all zero is the one value that the standard forbids
    return id;
}

}  // namespace

std::string random_hex(base::Random& random, std::size_t size_bytes) {
    std::vector<std::byte> bytes(size_bytes);
    random.fill(bytes);
    return base::to_hex(bytes);
}

std::optional<TraceParent> parse_traceparent(std::string_view text) {
    if (text.size() < version_00_length || text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
    const std::string_view version = text.substr(0, 2);
    const std::string_view flags = text.substr(53, 2);
    if (!is_hex(version) || version == "ff" || !is_hex(flags)) return std::nullopt;
    const bool longer = text.size() > version_00_length;
    if (longer && (version == "00" || text[version_00_length] != '-')) return std::nullopt;
    TraceParent trace{std::string(text.substr(3, 32)), std::string(text.substr(36, 16)),
                      hexadecimal.find(flags[1]) % 2 == 1};
    if (!is_id(trace.trace_id) || !is_id(trace.parent_id)) return std::nullopt;
    return trace;
}

std::string format_traceparent(const TraceParent& trace) {
    return "00-" + trace.trace_id + "-" + trace.parent_id + (trace.sampled ? "-01" : "-00");
}

TraceParent new_trace(base::Random& random) {
    return {random_id(random, 16), random_id(random, 8), true};
}

TraceParent child_of(const TraceParent& parent, base::Random& random) {
    return {parent.trace_id, random_id(random, 8), parent.sampled};
}

}  // namespace runtime
