#include "services/session/handlers.hpp"

#include "flow/requests.hpp"

namespace session {
namespace {

using base::Result;

template <class T>
Result<SessionRecord> find_for(T& transaction, const model::Principal& principal, model::Action action,
                               const runtime::Request& request) {
    auto record = get_session(transaction, request.path_parameter("id"));
    if (!record) return record;
    const auto may = model::authorize(principal, action, {principal.tenant_id, record->session.owner_id});
    if (!may) return std::unexpected(may.error());
    return record;
}

}  // namespace

runtime::Route route(const flow::Platform& platform, std::string_view method, std::string_view pattern,
                     HandlerBody body, runtime::RouteLimits limits) {
    return {.method = std::string(method),
            .pattern = std::string(pattern),
            .handler =
                [&platform, body](runtime::Request& request, runtime::Context& context) {
                    return flow::answer(body(platform, request, context), context);
                },
            .limits = limits};
}

Result<SessionRecord> session_for(store::ReadTransaction& transaction, const model::Principal& principal,
                                  model::Action action, const runtime::Request& request) {
    return find_for(transaction, principal, action, request);
}

Result<SessionRecord> session_for(store::Transaction& transaction, const model::Principal& principal,
                                  model::Action action, const runtime::Request& request) {
    return find_for(transaction, principal, action, request);
}

Result<store::ReadTransaction> begin_read(const flow::Platform& platform, const model::Principal& principal,
                                          const runtime::Context& context) {
    return platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)).read();
}

Result<runtime::Response> in_write(const flow::Platform& platform, const runtime::Context& context,
                                   const model::Principal& principal,
                                   const std::function<Result<runtime::Response>(store::Transaction&)>& effect) {
    auto transaction = platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)).write();
    if (!transaction) return std::unexpected(transaction.error());
    auto response = effect(*transaction);
    if (!response) return response;
    if (const auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
    return response;
}

runtime::Response session_response(int status, const SessionRecord& record) {
    runtime::Response response = flow::json_response(status, to_json(record));
    response.headers.set("ETag", flow::entity_tag(record.session.row_version));
    return response;
}

Result<void> audit(store::Transaction& transaction, const model::Principal& principal, model::Action action,
                   std::string_view session_id) {
    return transaction.audit({.action = model::rule_of(action).name,
                              .actor_id = principal.id,
                              .resource_kind = "session",
                              .resource_id = session_id,
                              .outcome = "done"});
}

}  // namespace session
