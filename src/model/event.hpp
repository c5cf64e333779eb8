// The envelope of every event, and its JSON. Events carry references (ids), never text, titles, file names or
// addresses. Topic and type are one; events of one partition_key (the session's id) keep their order on the bus. Pure;
// any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "base/rfc3339.hpp"

namespace model {

struct Event {
    std::string id = {};    // event_id(tenant_id, type, natural key)
    std::string type = {};  // such as "video.uploaded"
    std::string tenant_id = {};
    std::string partition_key = {};
    base::Json payload = base::JsonObject{};  // an object, described by the type's schema
    base::UtcTime timestamp = {};             // to the millisecond
    std::string correlation_id = {};          // of the whole journey: the same from the upload to the webhook
    std::string causation_id = {};            // of the event or request that led to this one; may be empty
    std::string source = {};                  // the service
    std::string traceparent = {};             // W3C Trace Context; may be empty
    std::string region = {};
    std::int64_t tenant_epoch = 1;
    std::int64_t version = 1;  // of the payload's schema
    bool operator==(const Event&) const = default;
};

/// The id that this fact always has: the same fact, told twice, is one event.
std::string event_id(std::string_view tenant_id, std::string_view type, std::string_view natural_key);

/// Canonical JSON (RFC 8785): the same event gives the same bytes.
std::string to_json(const Event& event);

inline constexpr std::size_t largest_event_bytes = std::size_t{256} * 1024;

/// Strict: every field of its kind, none missing but those that may be empty, none unknown. Errors: body_too_large,
/// json_malformed, invalid_argument, unknown_field.
base::Result<Event> parse_event(std::string_view text);

/// Words of lower-case letters, digits and '_' with single dots between them, at least two, at most 100 characters.
bool is_event_type(std::string_view text);

}  // namespace model
