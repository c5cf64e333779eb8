#include "services/auth/tenants.hpp"

#include "services/auth/api_key.hpp"
#include "services/auth/handling.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using base::fail;
using model::Action;
using model::TenantState;
using store::Transaction;

constexpr std::string_view columns = "id, region, shard, epoch, state, created_ms, row_version";

std::unexpected<base::Error> no_such_tenant() {
    return fail(ErrorCode::not_found, "there is no such tenant");
}

model::Tenant tenant_of(const store::Row& row) {
    return {.id = row.text("id"),
            .region = row.text("region"),
            .shard = row.text("shard"),
            .epoch = row.integer("epoch"),
            // A state that this program does not know yet is one in which nothing may be done.
            .state = model::parse_tenant_state(row.text("state")).value_or(TenantState::closing),
            .row_version = row.integer("row_version")};
}

base::Json tenant_json(const store::Row& row) {
    return base::JsonObject{{"id", row.text("id")},
                            {"region", row.text("region")},
                            {"state", row.text("state")},
                            {"epoch", row.integer("epoch")},
                            {"created_at", time_json(row.integer("created_ms"))}};
}

Response tenant_response(const store::Row& row, int status) {
    Response response = flow::json_response(status, tenant_json(row));
    response.headers.set("ETag", flow::entity_tag(row.integer("row_version")));
    return response;
}

Result<std::optional<store::Row>> row_anywhere(store::Database& database, std::string_view id) {
    auto transaction = database.system(store::SystemCaller::sign_in).read();
    if (!transaction) return std::unexpected(transaction.error());
    return transaction->query_one("select " + std::string(columns) + " from auth_tenants where id = :id", {{"id", id}});
}

Result<store::Row> row_of(Transaction& transaction, std::string_view id, std::string_view lock = "") {
    auto row =
        transaction.query_one("select " + std::string(columns) +
                                  " from auth_tenants where tenant_id = :tenant and id = :id" + std::string(lock),
                              {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_such_tenant();
    return **std::move(row);
}

Result<void> audit(Transaction& transaction, const model::Principal& principal, std::string_view action,
                   std::string_view id, std::string_view state) {
    return transaction.audit({.action = action,
                              .actor_id = principal.id,
                              .resource_kind = "tenant",
                              .resource_id = id,
                              .outcome = "done",
                              .details = base::JsonObject{{"state", state}}});
}

Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::platform_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto query = flow::page_query(request);
    if (!query) return std::unexpected(query.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    auto rows = transaction->query("select " + std::string(columns) +
                                       " from auth_tenants where tenant_id = :tenant and id > :after order by id"
                                       " limit :limit",
                                   {{"after", query->after}, {"limit", query->limit + 1}});
    if (!rows) return std::unexpected(rows.error());
    return page(*std::move(rows), *query, [](const store::Row& row) -> Result<base::Json> { return tenant_json(row); });
}

Result<Response> create(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::platform_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the tenant");
    const std::string id = fields.text("id", 64);
    const std::string region = fields.optional_text("region", 32).value_or(platform.config.text("auth.region"));
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (!model::is_tenant_id(id))
        return fail(ErrorCode::invalid_argument, "\"id\" must be 1 to 64 letters, digits, '.', '_' and '-'");
    if (!is_region(region))
        return fail(ErrorCode::invalid_argument, "\"region\" must be 1 to 32 lower-case letters, digits and '-'");
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto added = add_tenant(transaction, id, region);
            if (!added) return std::unexpected(added.error());
            if (!*added) return fail(ErrorCode::conflict, "a tenant of this id is there already");
            if (const auto noted = audit(transaction, *principal, "tenant.create", id, "active"); !noted)
                return std::unexpected(noted.error());
            const auto row = row_of(transaction, id);
            if (!row) return std::unexpected(row.error());
            Response response = tenant_response(*row, 201);
            response.headers.set("Location", "/v1/tenants/" + id);
            return response;
        });
}

Result<Response> show(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::principal_of(context);
    if (!principal) return std::unexpected(principal.error());
    const std::string_view id = request.path_parameter("id");
    if (const auto may = model::authorize(*principal, Action::tenant_read, {id}); !may)
        return std::unexpected(may.error());
    const auto row = row_anywhere(platform.database, id);
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_such_tenant();
    return tenant_response(**row, 200);
}

Result<model::TenantChange> parse_change(const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the change");
    const std::string state = fields.text("state");
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (state == "suspended") return model::TenantSuspended{};
    if (state == "active") return model::TenantResumed{};
    return fail(ErrorCode::invalid_argument, "\"state\" can be set to active and suspended");
}

Result<Response> change(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::platform_manage);
    if (!principal) return std::unexpected(principal.error());
    const std::string id(request.path_parameter("id"));
    const auto change = parse_change(request);
    if (!change) return std::unexpected(change.error());
    if (id == principal->tenant_id)
        return fail(ErrorCode::conflict, "the tenant that runs the installation cannot suspend itself");
    return flow::in_transaction(
        platform, service_name, request, context, *principal, [&](Transaction& transaction) -> Result<Response> {
            const auto row = row_of(transaction, id, " {for_update}");
            if (!row) return std::unexpected(row.error());
            if (const auto same = check_version(request, row->integer("row_version")); !same)
                return std::unexpected(same.error());
            const auto after = model::apply(tenant_of(*row), *change);
            if (!after) return std::unexpected(after.error());
            const auto written = transaction.execute(
                "update auth_tenants set state = :state, row_version = :row_version"
                " where tenant_id = :tenant and id = :id",
                {{"state", state_name(after->state)}, {"row_version", after->row_version}, {"id", id}});
            if (!written) return std::unexpected(written.error());
            if (const auto noted = audit(transaction, *principal, "tenant.change", id, state_name(after->state));
                !noted)
                return std::unexpected(noted.error());
            const auto now = row_of(transaction, id);
            if (!now) return std::unexpected(now.error());
            return tenant_response(*now, 200);
        });
}

}  // namespace

Result<std::optional<model::Tenant>> find_tenant(store::Database& database, std::string_view id) {
    const auto row = row_anywhere(database, id);
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::nullopt;
    return tenant_of(**row);
}

Result<bool> add_tenant(Transaction& transaction, std::string_view id, std::string_view region) {
    const auto added = transaction.execute(
        "insert into auth_tenants (tenant_id, id, region, shard, epoch, state, created_ms, row_version)"
        " values (:tenant, :id, :region, 'main', 1, 'active', {now_ms}, 1) on conflict do nothing",
        {{"id", id}, {"region", region}});
    if (!added) return std::unexpected(added.error());
    return *added == 1;
}

std::vector<runtime::Route> tenant_routes(const flow::Platform& platform) {
    return {route("GET", "/v1/tenants", platform, list), route("POST", "/v1/tenants", platform, create),
            route("GET", "/v1/tenants/{id}", platform, show), route("PATCH", "/v1/tenants/{id}", platform, change)};
}

}  // namespace auth
