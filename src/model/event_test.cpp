#include "model/event.hpp"

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using base::Json;
using base::JsonObject;
using model::Event;

Event example() {
    return {.id = model::event_id("acme", "video.uploaded", "session-1"),
            .type = "video.uploaded",
            .tenant_id = "acme",
            .partition_key = "session-1",
            .payload = JsonObject{{"session_id", "session-1"}, {"size_bytes", 12}},
            .timestamp = base::from_unix_ms(1'795'511'400'125),
            .correlation_id = "c",
            .causation_id = "",
            .source = "upload",
            .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            .region = "local",
            .tenant_epoch = 1,
            .version = 1};
}

TEST(Event, HasOneJson) {
    EXPECT_EQ(
        model::to_json(example()),
        R"({"causation_id":"","correlation_id":"c","id":")" + example().id +
            R"(","partition_key":"session-1","payload":{"session_id":"session-1","size_bytes":12},"region":"local",)"
            R"("source":"upload","tenant_epoch":1,"tenant_id":"acme","timestamp":"2026-11-24T09:10:00.125Z",)"
            R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","type":"video.uploaded","version":1})");
    EXPECT_EQ(model::parse_event(model::to_json(example())), example());
}

// The example's members with one of them replaced, or left out when the value is absent.
std::string with(const std::string& name, std::optional<Json> value) {
    Json json = *base::parse_json(model::to_json(example()));
    JsonObject members = *json.object();
    std::erase_if(members, [&](const base::JsonMember& member) { return member.name == name; });
    if (value) members.push_back({name, std::move(*value)});
    return base::to_canonical_json(members);
}

TEST(ParseEvent, RefusesEveryMissingField) {
    const Json json = *base::parse_json(model::to_json(example()));
    ASSERT_EQ(json.object()->size(), 13U);
    for (const base::JsonMember& member : *json.object()) {
        const auto event = model::parse_event(with(member.name, std::nullopt));
        ASSERT_FALSE(event) << member.name;
        EXPECT_EQ(event.error().code, ErrorCode::invalid_argument);
        EXPECT_NE(event.error().message.find("\"" + member.name + "\""), std::string::npos) << event.error().message;
    }
}

TEST(ParseEvent, RefusesWhatDoesNotFit) {
    const std::tuple<const char*, Json, ErrorCode> faults[] = {
        {"id", "1", ErrorCode::invalid_argument},
        {"type", "Video", ErrorCode::invalid_argument},
        {"tenant_id", "a/b", ErrorCode::invalid_argument},
        {"payload", 1, ErrorCode::invalid_argument},
        {"timestamp", "now", ErrorCode::invalid_argument},
        {"tenant_epoch", -1, ErrorCode::invalid_argument},
        {"version", 0, ErrorCode::invalid_argument},
        {"version", "1", ErrorCode::invalid_argument},
        {"more", 1, ErrorCode::unknown_field},
        {"source", std::string(201, 'x'), ErrorCode::invalid_argument},
        {"source", std::string(300'000, 'x'), ErrorCode::body_too_large}};
    for (const auto& [name, value, code] : faults) {
        const auto event = model::parse_event(with(name, value));
        ASSERT_FALSE(event) << name;
        EXPECT_EQ(event.error().code, code) << name << ": " << event.error().message;
    }
    EXPECT_EQ(model::parse_event("{").error().code, ErrorCode::json_malformed);
}

TEST(EventId, DerivesFromTenantTypeAndNaturalKey) {
    EXPECT_EQ(model::event_id("a", "b.c", "d"), model::event_id("a", "b.c", "d"));
    EXPECT_NE(model::event_id("a", "b.c", "d"), model::event_id("x", "b.c", "d"));
    EXPECT_NE(model::event_id("a", "b.c", "d"), model::event_id("a", "b.x", "d"));
    EXPECT_NE(model::event_id("a", "b.c", "d"), model::event_id("a", "b.c", "x"));
}

TEST(EventType, IsWordsWithDots) {
    for (const char* good : {"video.uploaded", "a.b", "a.b_c.d1"})
        EXPECT_TRUE(model::is_event_type(good)) << good;
    for (const char* bad : {"", ".", "a", "a.", ".a", "a..b", "A.b", "a.b c", "a-b.c"})
        EXPECT_FALSE(model::is_event_type(bad)) << bad;
    EXPECT_FALSE(model::is_event_type("a." + std::string(99, 'b')));
}

}  // namespace
