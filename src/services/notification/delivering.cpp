#include "services/notification/delivering.hpp"

#include "base/utf8.hpp"
#include "runtime/trace.hpp"
#include "services/notification/deliveries.hpp"
#include "services/notification/receivers.hpp"
#include "services/notification/schedule.hpp"
#include "services/notification/signature.hpp"

namespace notification {
namespace {

using base::ErrorCode;
using base::Result;
using std::chrono::milliseconds;

constexpr std::size_t most_answer_bytes = std::size_t{64} * 1024;
constexpr std::size_t kept_answer_bytes = 1024;
constexpr std::size_t deliveries_at_once = 8;

// What deliveries share.
struct Sender {
    const flow::Platform& platform;
    std::shared_ptr<runtime::HttpClient> client;
    DeliveryOptions options;
    Receivers receivers{};
};
using Shared = std::shared_ptr<Sender>;

// All that an attempt needs, read at its start.
struct Parcel {
    Delivery delivery;
    Webhook webhook;
    std::vector<std::string> secrets;
};

struct Outcome {
    Attempt attempt;
    std::optional<milliseconds> retry_after{};
};

Result<void> nothing(store::Transaction& /*transaction*/) {
    return {};
}

bool is_current(const Delivery& delivery, const AttemptPlan& plan) {
    return delivery.chain == plan.chain && delivery.state == DeliveryState::pending;
}

// None when there is nothing to send any more.
Result<std::optional<Parcel>> read_parcel(const flow::Platform& platform, const std::string& tenant_id,
                                          const AttemptPlan& plan) {
    auto reading = platform.database.tenant(tenant_id).read();
    if (!reading) return std::unexpected(reading.error());
    const auto gone = [](const base::Error& error) { return error.code == ErrorCode::not_found; };
    auto delivery = find_delivery(*reading, plan.delivery_id);
    if (!delivery && gone(delivery.error())) return std::nullopt;
    if (!delivery) return std::unexpected(delivery.error());
    if (!is_current(*delivery, plan)) return std::nullopt;
    const Opening opening(*reading);
    auto webhook = find_webhook(opening, delivery->webhook_id);
    if (!webhook && gone(webhook.error())) return std::nullopt;
    if (!webhook) return std::unexpected(webhook.error());
    auto secrets = secrets_of(opening, webhook->id, base::to_unix_ms(platform.clock.utc_now()));
    if (!secrets) return std::unexpected(secrets.error());
    return Parcel{*std::move(delivery), *std::move(webhook), *std::move(secrets)};
}

std::string child_span(const std::string& traceparent, base::Random& random) {
    const auto parent = runtime::parse_traceparent(traceparent);
    return runtime::format_traceparent(parent ? runtime::child_of(*parent, random) : runtime::new_trace(random));
}

Result<runtime::ClientRequest> to_request(const Sender& sender, const Parcel& parcel) {
    const std::int64_t now_seconds = base::to_unix_ms(sender.platform.clock.utc_now()) / 1000;
    const auto signatures =
        sign_with_all(parcel.secrets, {parcel.delivery.event_id, now_seconds, parcel.delivery.body});
    if (!signatures) return std::unexpected(signatures.error());
    return runtime::ClientRequest{
        .method = "POST",
        .url = parcel.webhook.url,
        .headers = {{"Content-Type", "application/json"},
                    {"User-Agent", "video-transcriber"},
                    {"webhook-id", parcel.delivery.event_id},
                    {"webhook-timestamp", std::to_string(now_seconds)},
                    {"webhook-signature", *signatures},
                    {"traceparent", child_span(parcel.delivery.traceparent, sender.platform.random)}},
        .body = parcel.delivery.body,
        .timeout = sender.options.timeout,
        .most_answer_bytes = most_answer_bytes};
}

Outcome to_outcome(const flow::Platform& platform, const Result<runtime::ClientResponse>& response) {
    if (!response) return {.attempt = {.error_code = std::string(base::code_name(response.error().code))}};
    const auto retry_after = response->headers.find("Retry-After");
    return {.attempt = {.status = response->status,
                        .answer = base::valid_utf8(std::string_view(response->body).substr(0, kept_answer_bytes))},
            .retry_after = retry_after ? parse_retry_after(*retry_after, platform.clock.utc_now()) : std::nullopt};
}

Result<Outcome> send(Sender& sender, const Parcel& parcel) {
    const flow::Platform& platform = sender.platform;
    auto request = to_request(sender, parcel);
    if (!request) return std::unexpected(request.error());
    const auto begin = platform.clock.now();
    const std::int64_t started_ms = base::to_unix_ms(platform.clock.utc_now());
    const auto response = runtime::fetch_and_wait(*sender.client, *std::move(request));
    // This process ends: that is no fault of the receiver.
    if (!response && response.error().code == ErrorCode::cancelled)
        return base::fail(ErrorCode::unavailable, "the delivery was cut off");
    const auto time = std::chrono::duration_cast<milliseconds>(platform.clock.now() - begin);
    Outcome outcome = to_outcome(platform, response);
    outcome.attempt.started_ms = started_ms;
    outcome.attempt.duration_ms = time.count();
    const bool answered = judge(outcome.attempt.status) == Verdict::delivered;
    sender.receivers.took(parcel.webhook.id, answered ? std::optional(time) : std::nullopt);
    return outcome;
}

Result<void> disable(store::Transaction& transaction, const Delivery& delivery, std::string_view reason) {
    if (auto disabled = disable_webhook(transaction, delivery.webhook_id, reason); !disabled) return disabled;
    return transaction.audit({.action = "webhook.disable",
                              .actor_id = "notification",
                              .resource_kind = "webhook",
                              .resource_id = delivery.webhook_id,
                              .outcome = reason});
}

Result<void> plan_next(const Sender& sender, store::Transaction& transaction, const Delivery& delivery,
                       AttemptPlan plan, const Outcome& outcome) {
    const std::int64_t now_ms = base::to_unix_ms(sender.platform.clock.utc_now());
    const auto since_ms = note_failure(transaction, delivery.webhook_id, now_ms);
    if (!since_ms) return std::unexpected(since_ms.error());
    const bool too_long = now_ms - *since_ms >= sender.options.disable_after.count();
    ++plan.attempts;
    plan.deferrals = 0;
    const auto wait = wait_after(plan.attempts, outcome.retry_after, sender.platform.random);
    if (wait && !too_long) return add_attempt_work(transaction, delivery.webhook_id, plan, *wait);
    if (too_long) {
        if (auto disabled = disable(transaction, delivery, "failing"); !disabled) return disabled;
    }
    return set_state(transaction, delivery.id, DeliveryState::failed);
}

// In the transaction that also completes this attempt's work.
Result<void> note(const Sender& sender, store::Transaction& transaction, const AttemptPlan& plan,
                  const Outcome& outcome) {
    const auto delivery = find_delivery(transaction, plan.delivery_id, true);
    if (!delivery && delivery.error().code == ErrorCode::not_found) return {};
    if (!delivery) return std::unexpected(delivery.error());
    if (auto noted = insert_attempt(transaction, delivery->id, outcome.attempt); !noted) return noted;
    if (!is_current(*delivery, plan)) return {};
    switch (judge(outcome.attempt.status)) {
        case Verdict::delivered:
            if (auto noted = note_success(transaction, delivery->webhook_id); !noted) return noted;
            return set_state(transaction, delivery->id, DeliveryState::delivered);
        case Verdict::gone:
            if (auto disabled = disable(transaction, *delivery, "gone"); !disabled) return disabled;
            return set_state(transaction, delivery->id, DeliveryState::failed);
        case Verdict::failed:
            break;
    }
    return plan_next(sender, transaction, *delivery, plan, outcome);
}

flow::CommitWork defer(const Sender& sender, const std::string& webhook_id, AttemptPlan plan) {
    const milliseconds wait = sender.receivers.wait(webhook_id, plan.deferrals);
    ++plan.deferrals;
    return [webhook_id, plan, wait](store::Transaction& transaction) {
        return add_attempt_work(transaction, webhook_id, plan, wait);
    };
}

Result<flow::CommitWork> deliver(const Shared& sender, const store::Claim& claim) {
    const auto plan = parse_plan(claim.payload);
    if (!plan) return std::unexpected(plan.error());
    const auto parcel = read_parcel(sender->platform, claim.tenant_id, *plan);
    if (!parcel) return std::unexpected(parcel.error());
    if (!*parcel) return nothing;
    if (!(*parcel)->webhook.enabled)
        return [id = plan->delivery_id](store::Transaction& transaction) {
            return set_state(transaction, id, DeliveryState::cancelled);
        };
    const auto place = sender->receivers.enter((*parcel)->webhook.id);
    if (!place) return defer(*sender, (*parcel)->webhook.id, *plan);
    const auto outcome = send(*sender, **parcel);
    if (!outcome) return std::unexpected(outcome.error());
    return [sender, plan = *plan, outcome = *outcome](store::Transaction& transaction) {
        return note(*sender, transaction, plan, outcome);
    };
}

// The work itself failed again and again (its process died while it was sending, say): an attempt like any other.
Result<void> give_up(const Sender& sender, store::Transaction& transaction, const store::Claim& claim,
                     const base::Error& error) {
    const auto plan = parse_plan(claim.payload);
    if (!plan) return std::unexpected(plan.error());
    const std::int64_t now_ms = base::to_unix_ms(sender.platform.clock.utc_now());
    return note(sender, transaction, *plan,
                {.attempt = {.started_ms = now_ms, .error_code = std::string(base::code_name(error.code))}});
}

}  // namespace

flow::WorkHandler delivering(const flow::Platform& platform, std::shared_ptr<runtime::HttpClient> client,
                             const DeliveryOptions& options) {
    const Shared sender(new Sender{platform, std::move(client), options});
    return {.kind = std::string(deliver_kind),
            .at_once = deliveries_at_once,
            .work = [sender](const store::Claim& claim, const flow::WorkLease&) { return deliver(sender, claim); },
            .gave_up = [sender](store::Transaction& transaction, const store::Claim& claim,
                                const base::Error& error) { return give_up(*sender, transaction, claim, error); }};
}

}  // namespace notification
