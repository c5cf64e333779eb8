#include "services/auth/auth.hpp"

#include "base/encoding.hpp"
#include "services/auth/api_key.hpp"
#include "services/auth/bootstrap.hpp"
#include "services/auth/grants.hpp"
#include "services/auth/handling.hpp"
#include "services/auth/keys.hpp"
#include "services/auth/sign_in.hpp"
#include "services/auth/tables.hpp"
#include "services/auth/tenants.hpp"
#include "services/auth/users.hpp"

namespace auth {
namespace {

constexpr std::size_t longest_token_bytes = 4096;

Result<Response> authenticate(SignIn& sign_in, const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the request");
    const std::string token = fields.text("token", longest_token_bytes);
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    const auto principal = sign_in.principal_of(token);
    if (!principal) return std::unexpected(principal.error());
    return flow::json_response(200, base::JsonObject{{"principal", model::to_text(*principal)}});
}

runtime::Route authenticate_route(const std::shared_ptr<SignIn>& sign_in) {
    return {.method = "POST",
            .pattern = "/internal/authenticate",
            .handler = [sign_in](Request& request,
                                 Context& context) { return flow::answer(authenticate(*sign_in, request), context); },
            .limits = {.body_bytes = 2 * longest_token_bytes},
            .anonymous = true};
}

Result<Response> me(const flow::Platform&, const Request&, const Context& context) {
    const auto principal = flow::principal_of(context);
    if (!principal) return std::unexpected(principal.error());
    base::JsonArray roles;
    for (const model::Role role : principal->roles)
        roles.emplace_back(model::role_name(role));
    return flow::json_response(200, base::JsonObject{{"tenant_id", principal->tenant_id},
                                                     {"id", principal->id},
                                                     {"roles", std::move(roles)},
                                                     {"scopes", scopes_json(principal->scopes)}});
}

// A record as it is stored, so that whoever hashes its canonical JSON again finds its leaf.
Result<base::Json> audit_json(const store::Row& row) {
    auto record = base::parse_json(row.text("record"));
    if (!record) return std::unexpected(record.error());
    return base::JsonObject{{"id", row.text("id")},
                            {"record", *std::move(record)},
                            {"leaf_hash", base::to_hex(row.bytes("leaf_hash").data)}};
}

// The newest first.
Result<Response> audit_list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = acting(request, context, model::Action::audit_read);
    if (!principal) return std::unexpected(principal.error());
    const auto query = flow::page_query(request);
    if (!query) return std::unexpected(query.error());
    auto transaction = read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    auto rows = transaction->query(
        "select id, record, leaf_hash from audit where tenant_id = :tenant and (:after = ''"
        " or id < :after) order by id desc limit :limit",
        {{"after", query->after}, {"limit", query->limit + 1}});
    if (!rows) return std::unexpected(rows.error());
    return page(*std::move(rows), *query, audit_json);
}

void append(std::vector<runtime::Route>& routes, std::vector<runtime::Route> more) {
    std::ranges::move(more, std::back_inserter(routes));
}

flow::PeriodicTask note_uses(const std::shared_ptr<SignIn>& sign_in) {
    return {.name = "auth.key_uses",
            .every = std::chrono::seconds(5),
            .run = [sign_in](const store::NamedLease*) -> Result<bool> {
                const auto noted = sign_in->note_uses();
                if (!noted) return std::unexpected(noted.error());
                return false;
            }};
}

Result<flow::Parts> make(const flow::Platform& platform) {
    const auto sign_in = std::make_shared<SignIn>(platform.database);
    flow::Parts parts;
    parts.routes = {authenticate_route(sign_in), route("GET", "/v1/me", platform, me),
                    route("GET", "/v1/audit", platform, audit_list)};
    append(parts.routes, key_routes(platform));
    append(parts.routes, user_routes(platform));
    append(parts.routes, tenant_routes(platform));
    parts.tasks = {note_uses(sign_in)};
    parts.prepare = [platform] { return prepare(platform); };
    return parts;
}

std::vector<runtime::Option> options() {
    return {{.name = "auth.region",
             .type = runtime::OptionType::text,
             .default_text = "local",
             .documentation =
                 "The region that new tenants, API keys and events of this installation carry: lower-case letters, "
                 "digits and '-'. Keys that are out there keep theirs.",
             .check = [](std::string_view text) {
                 return is_region(text) ? std::string() : "must be 1 to 32 lower-case letters, digits and '-'";
             }}};
}

}  // namespace

std::string bootstrap_key_file(const runtime::Config& config) {
    return config.text("data.dir") + "/admin.key";
}

flow::Service service() {
    return {.name = std::string(service_name), .options = options(), .migrations = migrations(), .make = make};
}

}  // namespace auth
