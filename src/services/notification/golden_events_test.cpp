#include "flow/golden_events.hpp"

#include "services/notification/told.hpp"

namespace notification {
namespace {

TEST(GoldenEvents, OfWebhooks) {
    const model::Event event{.type = "transcript.edited",
                             .payload = base::JsonObject{{"session_id", flow::golden_session},
                                                         {"transcript_id", flow::golden_thing},
                                                         {"version", 2},
                                                         {"blob_key", "transcripts/1"},
                                                         {"content_hash", flow::golden_hash}},
                             .timestamp = base::from_unix_ms(1'767'225'600'000)};
    flow::expect_golden("webhook", webhook_body(public_event(event)));
}

}  // namespace
}  // namespace notification
