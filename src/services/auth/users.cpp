#include "services/auth/users.hpp"

#include "services/auth/emails.hpp"
#include "services/auth/grants.hpp"
#include "services/auth/handling.hpp"
#include "services/auth/user_rows.hpp"

namespace auth {
namespace {

using model::Action;
using store::Transaction;

constexpr std::size_t longest_name_bytes = 200;

template <class Reader>
Result<base::Json> user_json(Reader& transaction, const store::Row& row) {
    auto name = unseal(transaction, row, "name");
    if (!name) return std::unexpected(name.error());
    auto email = unseal(transaction, row, "email");
    if (!email) return std::unexpected(email.error());
    return base::JsonObject{{"id", row.text("id")},
                            {"role", row.text("role")},
                            {"name", *name},
                            {"email", email->empty() ? base::Json() : base::Json(*email)},
                            {"created_at", time_json(row.integer("created_ms"))},
                            {"updated_at", time_json(row.integer("changed_ms"))}};
}

template <class Reader>
Result<Response> user_response(Reader& transaction, const store::Row& row, int status) {
    auto json = user_json(transaction, row);
    if (!json) return std::unexpected(json.error());
    Response response = flow::json_response(status, *json);
    response.headers.set("ETag", flow::entity_tag(row.integer("row_version")));
    return response;
}

Result<Response> show_user(Transaction& transaction, std::string_view id, int status) {
    const auto row = find_user(transaction, id);
    if (!row) return std::unexpected(row.error());
    return user_response(transaction, *row, status);
}

Result<void> audit(Transaction& transaction, const model::Principal& principal, std::string_view action,
                   std::string_view id, base::Json details = base::JsonObject{}) {
    return transaction.audit({.action = action,
                              .actor_id = principal.id,
                              .resource_kind = "user",
                              .resource_id = id,
                              .outcome = "done",
                              .details = std::move(details)});
}

Result<model::Role> role_field(const std::optional<std::string>& text, model::Role otherwise) {
    if (!text) return otherwise;
    return model::parse_role(*text);
}

Result<Response> create(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::user_manage, somebody_else);
    if (!principal) return std::unexpected(principal.error());
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the user");
    UserDraft draft{.name = fields.text("name", longest_name_bytes),
                    .email = fields.optional_text("email", longest_email_bytes).value_or("")};
    const auto role = role_field(fields.optional_text("role"), model::Role::member);
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (!role) return std::unexpected(role.error());
    if (const auto may = may_grant(*principal, *role); !may) return std::unexpected(may.error());
    draft.role = *role;
    return flow::in_transaction(platform, service_name, request, context, *principal,
                                [&](Transaction& transaction) -> Result<Response> {
                                    draft.id = transaction.new_id();
                                    if (const auto added = add_user(transaction, platform.random, draft); !added)
                                        return std::unexpected(added.error());
                                    const auto noted = audit(transaction, *principal, "user.create", draft.id,
                                                             base::JsonObject{{"role", model::role_name(draft.role)}});
                                    if (!noted) return std::unexpected(noted.error());
                                    auto response = show_user(transaction, draft.id, 201);
                                    if (response) response->headers.set("Location", "/v1/users/" + draft.id);
                                    return response;
                                });
}

Result<Response> show(const flow::Platform& platform, const Request& request, const Context& context) {
    const std::string_view id = request.path_parameter("id");
    const auto principal = acting(request, context, Action::user_read, id);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_user(*transaction, id);
    if (!row) return std::unexpected(row.error());
    return user_response(*transaction, *row, 200);
}

Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, Action::user_read, somebody_else);
    if (!principal) return std::unexpected(principal.error());
    const auto query = flow::page_query(request);
    if (!query) return std::unexpected(query.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    auto rows = list_users(*transaction, *query, request.query_parameter("email"));
    if (!rows) return std::unexpected(rows.error());
    return page(*std::move(rows), *query, [&](const store::Row& row) { return user_json(*transaction, row); });
}

Result<UserChange> parse_change(const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the change");
    UserChange change{.name = fields.optional_text("name", longest_name_bytes),
                      .email = fields.optional_text("email", longest_email_bytes)};
    const auto role = fields.optional_text("role");
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (role) {
        const auto parsed = model::parse_role(*role);
        if (!parsed) return std::unexpected(parsed.error());
        change.role = *parsed;
    }
    return change;
}

Result<Response> change(const flow::Platform& platform, const Request& request, const Context& context) {
    const std::string id(request.path_parameter("id"));
    const auto principal = acting(request, context, Action::user_manage, id);
    if (!principal) return std::unexpected(principal.error());
    const auto change = parse_change(request);
    if (!change) return std::unexpected(change.error());
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto known = find_user(transaction, id);
            if (!known) return std::unexpected(known.error());
            const model::Role role = change->role.value_or(model::parse_role(known->text("role")).value());
            const auto row = changeable_user(transaction, *principal, id, role);
            if (!row) return std::unexpected(row.error());
            if (const auto same = check_version(request, row->integer("row_version")); !same)
                return std::unexpected(same.error());
            if (const auto written = write_user(transaction, platform.random, id, role, *change); !written)
                return std::unexpected(written.error());
            const auto noted =
                audit(transaction, *principal, "user.change", id,
                      base::JsonObject{{"role_before", row->text("role")}, {"role", model::role_name(role)}});
            if (!noted) return std::unexpected(noted.error());
            return show_user(transaction, id, 200);
        });
}

Result<Response> remove(const flow::Platform& platform, const Request& request, const Context& context) {
    const std::string id(request.path_parameter("id"));
    const auto principal = acting(request, context, Action::user_manage, id);
    if (!principal) return std::unexpected(principal.error());
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto row = changeable_user(transaction, *principal, id, std::nullopt);
            if (!row) return std::unexpected(row.error());
            if (const auto same = check_version(request, row->integer("row_version")); !same)
                return std::unexpected(same.error());
            const auto revoked = remove_user(transaction, id);
            if (!revoked) return std::unexpected(revoked.error());
            const auto noted =
                audit(transaction, *principal, "user.delete", id, base::JsonObject{{"keys_revoked", *revoked}});
            if (!noted) return std::unexpected(noted.error());
            return Response{.status = 204};
        });
}

}  // namespace

std::vector<runtime::Route> user_routes(const flow::Platform& platform) {
    return {route("GET", "/v1/users", platform, list), route("POST", "/v1/users", platform, create),
            route("GET", "/v1/users/{id}", platform, show), route("PATCH", "/v1/users/{id}", platform, change),
            route("DELETE", "/v1/users/{id}", platform, remove)};
}

}  // namespace auth
