#include "model/event.hpp"

#include <algorithm>
#include <limits>

#include "base/ids.hpp"
#include "model/tenant.hpp"

namespace model {
namespace {

constexpr std::size_t longest_key_bytes = 200;
constexpr std::size_t longest_type_characters = 100;

bool is_word_character(char character) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '_';
}

void check(const Event& event, base::JsonFields& fields) {
    if (!base::is_id(event.id)) fields.fault("\"id\" must be a UUID");
    if (!is_event_type(event.type)) fields.fault("\"type\" must be an event's type, such as \"video.uploaded\"");
    if (!is_tenant_id(event.tenant_id)) fields.fault("\"tenant_id\" must be a tenant's id");
    if (event.payload.object() == nullptr) fields.fault("\"payload\" must be an object");
}

base::UtcTime read_time(base::JsonFields& fields) {
    const auto time = base::from_rfc3339(fields.text("timestamp", 40));
    if (!time) fields.fault("\"timestamp\" must be a time as RFC 3339 writes it");
    return time.value_or(base::UtcTime());
}

}  // namespace

std::string event_id(std::string_view tenant_id, std::string_view type, std::string_view natural_key) {
    // A tenant's id has no '/', so the pair is unambiguous.
    return base::derived_id(type, std::string(tenant_id) + "/" + std::string(natural_key));
}

std::string to_json(const Event& event) {
    return base::to_canonical_json(base::JsonObject{
        {"id", event.id},
        {"type", event.type},
        {"tenant_id", event.tenant_id},
        {"partition_key", event.partition_key},
        {"payload", event.payload},
        {"timestamp", base::to_rfc3339(event.timestamp)},
        {"correlation_id", event.correlation_id},
        {"causation_id", event.causation_id},
        {"source", event.source},
        {"traceparent", event.traceparent},
        {"region", event.region},
        {"tenant_epoch", event.tenant_epoch},
        {"version", event.version},
    });
}

base::Result<Event> parse_event(std::string_view text) {
    const auto json = base::parse_json(text, {.size_bytes = largest_event_bytes});
    if (!json) return std::unexpected(json.error());
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    base::JsonFields fields(*json, "the event");
    Event event;
    event.id = fields.text("id");
    event.type = fields.text("type");
    event.tenant_id = fields.text("tenant_id");
    event.partition_key = fields.text("partition_key", longest_key_bytes);
    if (const base::Json* payload = fields.any("payload")) event.payload = *payload;
    event.timestamp = read_time(fields);
    event.correlation_id = fields.text("correlation_id", longest_key_bytes);
    event.causation_id = fields.text("causation_id", longest_key_bytes);
    event.source = fields.text("source", longest_key_bytes);
    event.traceparent = fields.text("traceparent", longest_key_bytes);
    event.region = fields.text("region", longest_key_bytes);
    event.tenant_epoch = fields.integer("tenant_epoch", 0, most);
    event.version = fields.integer("version", 1, most);
    if (fields.any("payload") == nullptr) fields.fault("\"payload\" is missing");
    check(event, fields);
    if (auto end = fields.finish(); !end) return std::unexpected(std::move(end.error()));
    return event;
}

bool is_event_type(std::string_view text) {
    if (text.size() > longest_type_characters || !text.contains('.') || text.contains("..")) return false;
    if (text.front() == '.' || text.back() == '.') return false;
    return std::ranges::all_of(text, [](char c) { return c == '.' || is_word_character(c); });
}

}  // namespace model
