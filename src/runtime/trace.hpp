// W3C Trace Context (level 1): the `traceparent` header that ties the spans of one journey together. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace runtime {

struct TraceParent {
    std::string trace_id{};   // 32 lower-case hexadecimal digits, not all zero
    std::string parent_id{};  // 16 of them, not all zero: the span that this one descends from
    bool sampled = true;
};

/// Version 00 exactly as the standard writes it, or a later version that begins so; absent for anything else.
std::optional<TraceParent> parse_traceparent(std::string_view text);

/// "00-TRACE-PARENT-FLAGS".
std::string format_traceparent(const TraceParent& trace);

/// The start of a new trace.
TraceParent new_trace(base::Random& random);

/// A new span in the same trace.
TraceParent child_of(const TraceParent& parent, base::Random& random);

/// So many random bytes as lower-case hexadecimal digits, two a byte.
std::string random_hex(base::Random& random, std::size_t size_bytes);

}  // namespace runtime
