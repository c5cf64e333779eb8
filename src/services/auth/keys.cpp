#include "services/auth/keys.hpp"

#include "services/auth/handling.hpp"
#include "services/auth/key_rows.hpp"
#include "services/auth/key_wish.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using model::Action;
using store::Transaction;

template <class Reader>
Result<base::Json> key_json(Reader& transaction, const store::Row& row) {
    auto name = unseal(transaction, row, "name");
    if (!name) return std::unexpected(name.error());
    return base::JsonObject{{"id", row.text("id")},
                            {"user_id", row.text("user_id")},
                            {"name", *name},
                            {"role", row.text("role")},
                            {"scopes", scopes_json(scopes_from_text(row.text("scopes")))},
                            {"created_at", time_json(row.integer("created_ms"))},
                            {"expires_at", time_json(row.optional_integer("expires_ms"))},
                            {"revoked_at", time_json(row.optional_integer("revoked_ms"))},
                            {"last_used_at", time_json(row.optional_integer("last_used_ms"))}};
}

Result<void> audit(Transaction& transaction, const model::Principal& principal, std::string_view action,
                   std::string_view id, base::Json details) {
    return transaction.audit({.action = action,
                              .actor_id = principal.id,
                              .resource_kind = "api_key",
                              .resource_id = id,
                              .outcome = "done",
                              .details = std::move(details)});
}

// Idempotency records keep an answer for a day: so the answer that goes there is without the secret, which is put in
// afterwards, for the first answer alone.
Result<Response> with_secret(Result<Response> response, const std::string& text) {
    if (!response || text.empty()) return response;
    auto body = base::parse_json(std::get<std::string>(response->body));
    if (!body) return std::unexpected(body.error());
    base::JsonObject members = *body->object();
    members.push_back({"key", text});
    response->body = base::to_canonical_json(std::move(members));
    response->headers.set("Cache-Control", "no-store");
    return response;
}

Result<Response> create(const flow::Platform& platform, const Request& request, const Context& context) {
    auto principal = acting(request, context, Action::key_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto wish = parse_key_wish(request, platform.clock.utc_now());
    if (!wish) return std::unexpected(wish.error());
    const std::string user_id = wish->user_id.value_or(principal->id);
    principal = acting(request, context, Action::key_manage, user_id);
    if (!principal) return std::unexpected(principal.error());
    std::string secret;
    auto response = flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto draft = draft_of(transaction, *principal, *wish, user_id);
            if (!draft) return std::unexpected(draft.error());
            const auto key = add_key(transaction, platform.random, *draft);
            if (!key) return std::unexpected(key.error());
            const auto noted = audit(transaction, *principal, "key.create", key->id,
                                     base::JsonObject{{"user_id", user_id},
                                                      {"role", model::role_name(draft->role)},
                                                      {"scopes", scopes_json(draft->scopes)}});
            if (!noted) return std::unexpected(noted.error());
            const auto row = find_key(transaction, key->id);
            if (!row) return std::unexpected(row.error());
            auto json = key_json(transaction, *row);
            if (!json) return std::unexpected(json.error());
            Response made = flow::json_response(201, *json);
            made.headers.set("Location", "/v1/api-keys/" + key->id);
            secret = key->text;
            return made;
        });
    return with_secret(std::move(response), secret);
}

// Whose keys the principal may see: everybody's, or their own alone.
bool sees_all(const Request& request, const Context& context) {
    return acting(request, context, Action::key_read, somebody_else).has_value();
}

Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::key_read);
    if (!principal) return std::unexpected(principal.error());
    const auto query = flow::page_query(request);
    if (!query) return std::unexpected(query.error());
    const bool all = sees_all(request, context);
    const std::string user_id(all ? request.query_parameter("user_id").value_or("") : principal->id);
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    auto rows = list_keys(*transaction, *query, user_id);
    if (!rows) return std::unexpected(rows.error());
    return page(*std::move(rows), *query, [&](const store::Row& row) { return key_json(*transaction, row); });
}

// A key of somebody else is, to those who see only their own, not there.
Result<void> check_owner(const Request& request, const Context& context, Action action, const store::Row& row) {
    const auto may = acting(request, context, action, row.text("user_id"));
    if (may) return {};
    if (may.error().code == ErrorCode::forbidden) return no_such_key();
    return std::unexpected(may.error());
}

Result<Response> show(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::key_read);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_key(*transaction, request.path_parameter("id"));
    if (!row) return std::unexpected(row.error());
    if (const auto own = check_owner(request, context, Action::key_read, *row); !own)
        return std::unexpected(own.error());
    const auto json = key_json(*transaction, *row);
    if (!json) return std::unexpected(json.error());
    return flow::json_response(200, *json);
}

Result<Response> revoke(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::key_manage);
    if (!principal) return std::unexpected(principal.error());
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const std::string_view id = request.path_parameter("id");
            const auto row = lock_key(transaction, id);
            if (!row) return std::unexpected(row.error());
            if (const auto own = check_owner(request, context, Action::key_manage, *row); !own)
                return std::unexpected(own.error());
            if (!row->is_null("revoked_ms")) return Response{.status = 204};
            const auto revoked = revoke_key(transaction, id);
            if (!revoked) return std::unexpected(revoked.error());
            const auto noted =
                audit(transaction, *principal, "key.revoke", id, base::JsonObject{{"user_id", row->text("user_id")}});
            if (!noted) return std::unexpected(noted.error());
            return Response{.status = 204};
        });
}

}  // namespace

std::vector<runtime::Route> key_routes(const flow::Platform& platform) {
    return {route("GET", "/v1/api-keys", platform, list), route("POST", "/v1/api-keys", platform, create),
            route("GET", "/v1/api-keys/{id}", platform, show), route("DELETE", "/v1/api-keys/{id}", platform, revoke)};
}

}  // namespace auth
