#include "services/notification/webhook_routes.hpp"

#include <algorithm>

#include "base/rfc3339.hpp"
#include "services/notification/handling.hpp"
#include "services/notification/signature.hpp"

namespace notification {
namespace {

using base::ErrorCode;
using base::Result;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;

constexpr std::chrono::hours old_secret_life{24};

Response webhook_response(int status, const Webhook& webhook) {
    Response response = flow::json_response(status, to_json(webhook));
    response.headers.set("ETag", flow::entity_tag(webhook.row_version));
    return response;
}

Result<WebhookWish> read_wish(const flow::Platform& platform, const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    return parse_webhook_wish(*body, url_rules(platform.config));
}

// Idempotency records keep an answer for a day: so the one that goes there has no secret. It is put in afterwards, for
// the first answer alone.
Result<Response> with_secret(Result<Response> response, const std::string& secret) {
    if (!response || secret.empty()) return response;
    const auto body = base::parse_json(std::get<std::string>(response->body));
    if (!body) return std::unexpected(body.error());
    base::JsonObject members = *body->object();
    members.push_back({"secret", secret});
    response->body = base::to_canonical_json(std::move(members));
    response->headers.set("Cache-Control", "no-store");
    return response;
}

Result<Response> saved(store::Transaction& transaction, int status, std::string_view id) {
    const auto webhook = find_webhook(Opening(transaction), id);
    if (!webhook) return std::unexpected(webhook.error());
    return webhook_response(status, *webhook);
}

Result<Response> create(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto wish = read_wish(platform, request);
    if (!wish) return std::unexpected(wish.error());
    if (!wish->url) return base::fail(ErrorCode::invalid_argument, "the webhook needs a \"url\"");
    std::string secret;
    auto response = flow::in_transaction(
        platform, service_name, request, context, *principal, [&](store::Transaction& transaction) -> Result<Response> {
            const Webhook webhook = changed({.id = transaction.new_id()}, *wish);
            const std::string made = new_secret(platform.random);
            if (auto added = insert_webhook(transaction, webhook, made); !added) return std::unexpected(added.error());
            if (auto noted = audit(transaction, *principal, "webhook.create", webhook.id); !noted)
                return std::unexpected(noted.error());
            auto answer = saved(transaction, 201, webhook.id);
            if (!answer) return answer;
            answer->headers.set("Location", "/v1/webhooks/" + webhook.id);
            secret = made;
            return answer;
        });
    return with_secret(std::move(response), secret);
}

// There are at most twenty, so one page holds them.
Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_read);
    if (!principal) return std::unexpected(principal.error());
    if (const auto page = flow::page_query(request); !page) return std::unexpected(page.error());
    auto transaction = open_read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto webhooks = list_webhooks(Opening(*transaction));
    if (!webhooks) return std::unexpected(webhooks.error());
    base::JsonArray items;
    std::ranges::transform(*webhooks, std::back_inserter(items), [](const Webhook& row) { return to_json(row); });
    return flow::page_response(std::move(items), std::nullopt);
}

Result<Response> get(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_read);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = open_read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto webhook = find_webhook(Opening(*transaction), request.path_parameter("id"));
    if (!webhook) return std::unexpected(webhook.error());
    return webhook_response(200, *webhook);
}

// If-Match is heeded where it is sent.
Result<void> check_version(const Request& request, const Webhook& webhook) {
    if (!request.headers.find("If-Match")) return {};
    return flow::check_if_match(request, flow::entity_tag(webhook.row_version));
}

Result<Response> update(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto wish = read_wish(platform, request);
    if (!wish) return std::unexpected(wish.error());
    const std::string_view id = request.path_parameter("id");
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](store::Transaction& transaction) -> Result<Response> {
            auto webhook = find_webhook(Opening(transaction), id);
            if (!webhook) return std::unexpected(webhook.error());
            if (auto fine = check_version(request, *webhook); !fine) return std::unexpected(fine.error());
            if (auto done = update_webhook(transaction, changed(*std::move(webhook), *wish)); !done)
                return std::unexpected(done.error());
            if (auto noted = audit(transaction, *principal, "webhook.update", id); !noted)
                return std::unexpected(noted.error());
            return saved(transaction, 200, id);
        });
}

Result<Response> remove(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_manage);
    if (!principal) return std::unexpected(principal.error());
    const std::string_view id = request.path_parameter("id");
    return flow::in_transaction(platform, service_name, request, context, *principal,
                                [&](store::Transaction& transaction) -> Result<Response> {
                                    if (auto removed = remove_webhook(transaction, id); !removed)
                                        return std::unexpected(removed.error());
                                    if (auto noted = audit(transaction, *principal, "webhook.delete", id); !noted)
                                        return std::unexpected(noted.error());
                                    return Response{.status = 204};
                                });
}

Result<Response> rotate(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::webhook_manage);
    if (!principal) return std::unexpected(principal.error());
    const std::string_view id = request.path_parameter("id");
    const auto old_until = platform.clock.utc_now() + old_secret_life;
    std::string secret;
    auto response = flow::in_transaction(
        platform, service_name, request, context, *principal, [&](store::Transaction& transaction) -> Result<Response> {
            const std::string made = new_secret(platform.random);
            if (auto done = replace_secret(transaction, id, made, base::to_unix_ms(old_until)); !done)
                return std::unexpected(done.error());
            if (auto noted = audit(transaction, *principal, "webhook.rotate_secret", id); !noted)
                return std::unexpected(noted.error());
            secret = made;
            return flow::json_response(
                200, base::JsonObject{{"id", id}, {"old_secret_valid_until", base::to_rfc3339(old_until)}});
        });
    return with_secret(std::move(response), secret);
}

}  // namespace

std::vector<runtime::Route> webhook_routes(const flow::Platform& platform) {
    return {route(platform, "POST", "/v1/webhooks", create),
            route(platform, "GET", "/v1/webhooks", list),
            route(platform, "GET", "/v1/webhooks/{id}", get),
            route(platform, "PATCH", "/v1/webhooks/{id}", update),
            route(platform, "DELETE", "/v1/webhooks/{id}", remove),
            route(platform, "POST", "/v1/webhooks/{id}/rotate-secret", rotate)};
}

}  // namespace notification
