#include "services/auth/keys.hpp"

#include "base/rfc3339.hpp"
#include "services/auth/api_key.hpp"
#include "services/auth/handling.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using base::fail;
using model::Action;
using store::Transaction;

constexpr std::size_t longest_name_bytes = 200;
constexpr std::int64_t most_keys_a_user = 100;
constexpr std::string_view columns =
    "id, user_id, role, scopes, name, name_key_id, created_ms, expires_ms, revoked_ms,"
    " last_used_ms, row_version";

std::unexpected<base::Error> no_such_key() {
    return fail(ErrorCode::not_found, "there is no such key");
}

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

template <class Reader>
Result<store::Row> find_key(Reader& transaction, std::string_view id, std::string_view lock = "") {
    auto row = transaction.query_one(
        "select " + std::string(columns) + " from auth_keys where tenant_id = :tenant and id = :id" + std::string(lock),
        {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_such_key();
    return **std::move(row);
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

struct KeyWish {
    std::string name;
    std::optional<std::string> user_id;
    std::optional<model::Role> role;
    std::optional<Scopes> scopes;
    std::optional<std::int64_t> expires_ms;
};

Result<KeyWish> parse_wish(const Request& request, base::UtcTime now) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the key");
    KeyWish wish{.name = fields.optional_text("name", longest_name_bytes).value_or(""),
                 .user_id = fields.optional_text("user_id")};
    const auto role = fields.optional_text("role");
    const base::Json* scopes = fields.any("scopes");
    const auto expires_at = fields.optional_text("expires_at");
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (role) {
        const auto parsed = model::parse_role(*role);
        if (!parsed) return std::unexpected(parsed.error());
        wish.role = *parsed;
    }
    if (scopes != nullptr) {
        auto parsed = parse_scopes(*scopes);
        if (!parsed) return std::unexpected(parsed.error());
        wish.scopes = *std::move(parsed);
    }
    if (expires_at) {
        const auto time = base::from_rfc3339(*expires_at);
        if (!time || *time <= now)
            return fail(ErrorCode::invalid_argument, "\"expires_at\" must be a time to come, as 2027-01-31T00:00:00Z");
        wish.expires_ms = base::to_unix_ms(*time);
    }
    return wish;
}

Result<std::string> region_of(Transaction& transaction) {
    const auto row = transaction.query_one("select region from auth_tenants where id = :tenant");
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail(ErrorCode::not_found, "there is no such tenant");
    return (*row)->text("region");
}

// The role that the key's user has, if the principal may act for such a one.
Result<model::Role> role_of_user(Transaction& transaction, const model::Principal& principal,
                                 std::string_view user_id) {
    const auto row = transaction.query_one(
        "select role from auth_users where tenant_id = :tenant and id = :id {for_update}", {{"id", user_id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail(ErrorCode::not_found, "there is no such user to give a key to");
    const model::Role role = model::parse_role((*row)->text("role")).value();
    if (const auto may = may_grant(principal, role); !may) return std::unexpected(may.error());
    const auto keys = transaction.query_one(
        "select count(*) as keys from auth_keys where tenant_id = :tenant and user_id"
        " = :id and revoked_ms is null",
        {{"id", user_id}});
    if (!keys) return std::unexpected(keys.error());
    if ((*keys)->integer("keys") >= most_keys_a_user)
        return fail(ErrorCode::quota_exceeded, "the user has " + std::to_string(most_keys_a_user) +
                                                   " keys already; revoke some that are not used");
    return role;
}

Result<KeyDraft> draft_of(Transaction& transaction, const model::Principal& principal, const KeyWish& wish,
                          const std::string& user_id) {
    auto region = region_of(transaction);
    if (!region) return std::unexpected(region.error());
    const auto most = role_of_user(transaction, principal, user_id);
    if (!most) return std::unexpected(most.error());
    KeyDraft draft{.region = *std::move(region),
                   .user_id = user_id,
                   .role = wish.role.value_or(std::min(*most, highest_role(principal))),
                   .scopes = wish.scopes.value_or(principal.scopes),
                   .name = wish.name,
                   .expires_ms = wish.expires_ms};
    if (const auto may = may_grant(principal, draft.role); !may) return std::unexpected(may.error());
    if (const auto may = may_grant(principal, draft.scopes); !may) return std::unexpected(may.error());
    if (draft.role > *most)
        return fail(ErrorCode::invalid_argument,
                    "a key's role cannot be above its user's, which is " + std::string(model::role_name(*most)));
    return draft;
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
    const auto wish = parse_wish(request, platform.clock.utc_now());
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
    auto rows = transaction->query("select " + std::string(columns) +
                                       " from auth_keys where tenant_id = :tenant and id > :after and (:user_id = '' or"
                                       " user_id = :user_id) order by id limit :limit",
                                   {{"after", query->after}, {"user_id", user_id}, {"limit", query->limit + 1}});
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

// A row stays, so that audit records have something to point to.
Result<Response> revoke(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::key_manage);
    if (!principal) return std::unexpected(principal.error());
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const std::string_view id = request.path_parameter("id");
            const auto row = find_key(transaction, id, " {for_update}");
            if (!row) return std::unexpected(row.error());
            if (const auto own = check_owner(request, context, Action::key_manage, *row); !own)
                return std::unexpected(own.error());
            if (!row->is_null("revoked_ms")) return Response{.status = 204};
            const auto revoked = transaction.execute(
                "update auth_keys set revoked_ms = {now_ms}, row_version = row_version + 1"
                " where tenant_id = :tenant and id = :id",
                {{"id", id}});
            if (!revoked) return std::unexpected(revoked.error());
            const auto noted =
                audit(transaction, *principal, "key.revoke", id, base::JsonObject{{"user_id", row->text("user_id")}});
            if (!noted) return std::unexpected(noted.error());
            return Response{.status = 204};
        });
}

}  // namespace

base::Result<NewKey> add_key(Transaction& transaction, base::Random& random, const KeyDraft& draft) {
    const ApiKey key{draft.region, transaction.tenant_id(), transaction.new_id(), new_secret(random)};
    const std::string text = to_text(key);
    const auto name = transaction.seal(draft.name);
    if (!name) return std::unexpected(name.error());
    const auto added = transaction.execute(
        "insert into auth_keys (tenant_id, id, user_id, role, scopes, name, name_key_id, secret_hash, bootstrap,"
        " created_ms, expires_ms, row_version) values (:tenant, :id, :user_id, :role, :scopes, :name, :name_key_id,"
        " :secret_hash, :bootstrap, {now_ms}, :expires_ms, 1)",
        {{"id", key.id},
         {"user_id", draft.user_id},
         {"role", model::role_name(draft.role)},
         {"scopes", scopes_text(draft.scopes)},
         {"name", name->bytes},
         {"name_key_id", name->key_id},
         {"secret_hash", store::Bytes{hash_of_key(text)}},
         {"bootstrap", draft.bootstrap},
         {"expires_ms", draft.expires_ms}});
    if (!added) return std::unexpected(added.error());
    return NewKey{key.id, text};
}

std::vector<runtime::Route> key_routes(const flow::Platform& platform) {
    return {route("GET", "/v1/api-keys", platform, list), route("POST", "/v1/api-keys", platform, create),
            route("GET", "/v1/api-keys/{id}", platform, show), route("DELETE", "/v1/api-keys/{id}", platform, revoke)};
}

}  // namespace auth
