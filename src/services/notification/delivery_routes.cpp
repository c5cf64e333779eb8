#include "services/notification/delivery_routes.hpp"

#include <algorithm>
#include <charconv>

#include "services/notification/deliveries.hpp"
#include "services/notification/handling.hpp"
#include "services/notification/told.hpp"

namespace notification {
namespace {

using base::ErrorCode;
using base::Result;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;

std::string to_text(const Delivery& delivery) {
    return std::to_string(delivery.created_ms) + "/" + delivery.id;
}

Result<DeliveryPlace> parse_place(std::string_view text) {
    DeliveryPlace place;
    if (text.empty()) return place;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), place.created_ms);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (fault != std::errc() || used >= text.size() || text[used] != '/')
        return base::fail(ErrorCode::invalid_argument, "cursor must be one that a list has given");
    place.id = text.substr(used + 1);
    return place;
}

Result<base::JsonArray> with_attempts(const Opening& opening, const std::vector<Delivery>& deliveries) {
    base::JsonArray items;
    for (const Delivery& delivery : deliveries) {
        const auto attempts = attempts_of(opening, delivery.id);
        if (!attempts) return std::unexpected(attempts.error());
        items.push_back(to_json(delivery, *attempts));
    }
    return items;
}

Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_read);
    if (!principal) return std::unexpected(principal.error());
    const auto page = flow::page_query(request);
    if (!page) return std::unexpected(page.error());
    const auto after = parse_place(page->after);
    if (!after) return std::unexpected(after.error());
    auto transaction = open_read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const Opening opening(*transaction);
    const auto webhook = find_webhook(opening, request.path_parameter("id"));
    if (!webhook) return std::unexpected(webhook.error());
    auto rows = list_deliveries(*transaction, webhook->id, *after, page->limit + 1);
    if (!rows) return std::unexpected(rows.error());
    std::optional<std::string> next;
    if (std::ssize(*rows) > page->limit) {
        rows->pop_back();
        next = flow::to_cursor(to_text(rows->back()));
    }
    auto items = with_attempts(opening, *rows);
    if (!items) return std::unexpected(items.error());
    return flow::page_response(*std::move(items), next);
}

Result<void> check_enabled(store::Transaction& transaction, std::string_view webhook_id) {
    const auto webhook = find_webhook(Opening(transaction), webhook_id);
    if (!webhook) return std::unexpected(webhook.error());
    if (webhook->enabled) return {};
    return base::fail(ErrorCode::conflict, "the webhook is disabled; enable it first");
}

Result<Response> accepted(store::Transaction& transaction, std::string_view delivery_id) {
    const auto delivery = find_delivery(transaction, delivery_id);
    if (!delivery) return std::unexpected(delivery.error());
    const auto attempts = attempts_of(Opening(transaction), delivery_id);
    if (!attempts) return std::unexpected(attempts.error());
    return flow::json_response(202, to_json(*delivery, *attempts));
}

Result<Response> replay(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_manage);
    if (!principal) return std::unexpected(principal.error());
    const std::string_view webhook_id = request.path_parameter("id");
    const std::string_view id = request.path_parameter("delivery_id");
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](store::Transaction& transaction) -> Result<Response> {
            if (auto enabled = check_enabled(transaction, webhook_id); !enabled)
                return std::unexpected(enabled.error());
            const auto delivery = find_delivery(transaction, id, true);
            if (!delivery) return std::unexpected(delivery.error());
            if (delivery->webhook_id != webhook_id)
                return base::fail(ErrorCode::not_found, "there is no delivery " + std::string(id));
            if (auto again = replay_delivery(transaction, *delivery); !again) return std::unexpected(again.error());
            return accepted(transaction, id);
        });
}

model::Event test_event(const flow::Platform& platform, const Context& context, std::string_view webhook_id) {
    return {.id = platform.ids.next(),
            .type = std::string(test_type),
            .payload = base::JsonObject{{"webhook_id", webhook_id}},
            .timestamp = platform.clock.utc_now(),
            .traceparent = flow::origin_of(context, service_name).traceparent};
}

Result<Response> test(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_manage);
    if (!principal) return std::unexpected(principal.error());
    const std::string webhook_id(request.path_parameter("id"));
    const model::Event event = test_event(platform, context, webhook_id);
    return flow::in_transaction(platform, service_name, request, context, *principal,
                                [&](store::Transaction& transaction) -> Result<Response> {
                                    if (auto enabled = check_enabled(transaction, webhook_id); !enabled)
                                        return std::unexpected(enabled.error());
                                    const auto id = add_delivery(transaction, {.webhook_id = webhook_id,
                                                                               .event_id = event.id,
                                                                               .type = event.type,
                                                                               .body = webhook_body(event),
                                                                               .traceparent = event.traceparent});
                                    if (!id) return std::unexpected(id.error());
                                    return accepted(transaction, id->value());
                                });
}

}  // namespace

std::vector<runtime::Route> delivery_routes(const flow::Platform& platform) {
    return {route(platform, "GET", "/v1/webhooks/{id}/deliveries", list),
            route(platform, "POST", "/v1/webhooks/{id}/deliveries/{delivery_id}/replay", replay),
            route(platform, "POST", "/v1/webhooks/{id}/test", test)};
}

}  // namespace notification
