#include "services/notification/handling.hpp"

namespace notification {

runtime::Route route(const flow::Platform& platform, std::string method, std::string pattern, Answer answer) {
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .handler = [&platform, answer](runtime::Request& request, runtime::Context& context) {
                return flow::answer(answer(platform, request, context), context);
            }};
}

base::Result<store::ReadTransaction> open_read(const flow::Platform& platform, const runtime::Context& context,
                                               const model::Principal& principal) {
    return platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)).read();
}

UrlRules url_rules(const runtime::Config& config) {
    return {.allow_http = config.boolean("notification.allow_http"),
            .allow_private = config.boolean("notification.allow_private")};
}

base::Result<void> audit(store::Transaction& transaction, const model::Principal& principal, std::string_view action,
                         std::string_view webhook_id) {
    return transaction.audit({.action = action,
                              .actor_id = principal.id,
                              .resource_kind = "webhook",
                              .resource_id = webhook_id,
                              .outcome = "done"});
}

}  // namespace notification
