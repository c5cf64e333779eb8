#include "services/auth/handling.hpp"

#include "base/rfc3339.hpp"

namespace auth {

runtime::Route route(std::string method, std::string pattern, const flow::Platform& platform, Handle handle) {
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .handler = [platform, handle](Request& request, Context& context) {
                return flow::answer(handle(platform, request, context), context);
            }};
}

Result<model::Principal> acting(const Request& request, const Context& context, model::Action action,
                                std::string_view owner_id) {
    auto principal = flow::principal_of(context);
    if (!principal) return principal;
    const auto tenant_id = request.query_parameter("tenant_id");
    const std::string target(tenant_id.value_or(principal->tenant_id));
    if (const auto may = model::authorize(*principal, action, {target, owner_id}); !may)
        return std::unexpected(may.error());
    principal->tenant_id = target;
    return principal;
}

Result<store::ReadTransaction> read(const flow::Platform& platform, const Context& context,
                                    const model::Principal& principal) {
    return platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)).read();
}

base::Json time_json(const std::optional<std::int64_t>& time_ms) {
    if (!time_ms) return {};
    return base::to_rfc3339(base::from_unix_ms(*time_ms));
}

Result<void> check_version(const Request& request, std::int64_t row_version) {
    if (!request.headers.find("If-Match")) return {};
    return flow::check_if_match(request, flow::entity_tag(row_version));
}

Result<Response> page(store::Rows rows, const flow::PageQuery& query,
                      const std::function<Result<base::Json>(const store::Row&)>& to_json) {
    std::optional<std::string> next;
    if (rows.size() > static_cast<std::size_t>(query.limit)) {
        rows.pop_back();
        next = flow::to_cursor(rows.back().text("id"));
    }
    base::JsonArray items;
    for (const store::Row& row : rows) {
        auto item = to_json(row);
        if (!item) return std::unexpected(item.error());
        items.push_back(*std::move(item));
    }
    return flow::page_response(std::move(items), next);
}

}  // namespace auth
