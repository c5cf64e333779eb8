// What the handlers of webhooks and deliveries share. Private to this service.
#pragma once
#include <string>
#include <string_view>

#include "flow/requests.hpp"
#include "flow/service.hpp"
#include "services/notification/wish.hpp"

namespace notification {

inline constexpr std::string_view service_name = "notification";

using Answer = base::Result<runtime::Response> (*)(const flow::Platform&, const runtime::Request&,
                                                   const runtime::Context&);

runtime::Route route(const flow::Platform& platform, std::string method, std::string pattern, Answer answer);

base::Result<store::ReadTransaction> open_read(const flow::Platform& platform, const runtime::Context& context,
                                               const model::Principal& principal);

UrlRules url_rules(const runtime::Config& config);

/// "webhook.ACTION" by this person.
base::Result<void> audit(store::Transaction& transaction, const model::Principal& principal, std::string_view action,
                         std::string_view webhook_id);

}  // namespace notification
