#include "services/notification/told.hpp"

#include <gtest/gtest.h>

namespace notification {
namespace {

using base::JsonObject;

TEST(ToldTypes, LeaveWhatOnlyWakesWorkersInside) {
    EXPECT_EQ(find_told("segment.ready"), nullptr);
    EXPECT_EQ(find_told(test_type), nullptr);
    EXPECT_EQ(find_told("session.deleted")->ending, Ending::of_the_session);
    EXPECT_EQ(find_told("session.failed")->ending, Ending::of_the_run);
    EXPECT_EQ(find_told("transcription.failed")->ending, Ending::none) << "the session says when its run has ended";
}

TEST(PublicEvent, SaysNotWhereBlobsLie) {
    const model::Event event{.payload = JsonObject{{"session_id", "s1"}, {"blob_key", "runs/1"}, {"words", 7}}};
    EXPECT_EQ(public_event(event).payload, base::Json(JsonObject{{"session_id", "s1"}, {"words", 7}}));
}

TEST(SessionOf, IsThePayloadsElseThePartitions) {
    EXPECT_EQ(session_of({.partition_key = "p", .payload = JsonObject{{"session_id", "s1"}}}), "s1");
    EXPECT_EQ(session_of({.partition_key = "p"}), "p");
}

TEST(WebhookBody, HasTypeTimeAndData) {
    const model::Event event{.type = "session.completed",
                             .payload = JsonObject{{"session_id", "s1"}},
                             .timestamp = base::from_unix_ms(1'767'225'600'125)};
    EXPECT_EQ(webhook_body(event),
              R"({"data":{"session_id":"s1"},"timestamp":"2026-01-01T00:00:00.125Z","type":"session.completed"})");
}

}  // namespace
}  // namespace notification
