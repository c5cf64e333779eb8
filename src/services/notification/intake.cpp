#include "services/notification/intake.hpp"

#include "services/notification/deliveries.hpp"
#include "services/notification/told.hpp"

namespace notification {
namespace {

using base::Result;

Result<void> add_deliveries(store::Transaction& transaction, const model::Event& event) {
    const auto webhooks = webhooks_for(transaction, event.type);
    if (!webhooks) return std::unexpected(webhooks.error());
    for (const std::string& webhook_id : *webhooks) {
        const auto added = add_delivery(transaction, {.webhook_id = webhook_id,
                                                      .event_id = event.id,
                                                      .type = event.type,
                                                      .body = webhook_body(event),
                                                      .traceparent = event.traceparent});
        if (!added) return std::unexpected(added.error());
    }
    return {};
}

// The inbox passes a repetition over; so does the feed, for as long as it keeps the event.
Result<void> take(Tails& tails, store::Transaction& transaction, const model::Event& taken) {
    const model::Event event = public_event(taken);
    const auto seq = append_feed(
        transaction,
        {.event_id = event.id, .session_id = session_of(event), .type = event.type, .event = model::to_json(event)});
    if (!seq) return std::unexpected(seq.error());
    if (!*seq) return {};
    tails.expect(transaction.tenant_id());
    return add_deliveries(transaction, event);
}

}  // namespace

flow::EventHandler intake(std::shared_ptr<Tails> tails) {
    return {.consumer = "notification.feed",
            .types = told_names(),
            .handle = [tails = std::move(tails)](store::Transaction& transaction, const model::Event& event) {
                return take(*tails, transaction, event);
            }};
}

}  // namespace notification
