// Tells what happened: server-sent events with replay, and signed webhooks (Standard Webhooks 1.0).
#pragma once
#include <functional>
#include <memory>

#include "base/error.hpp"
#include "flow/service.hpp"
#include "runtime/http_client.hpp"

namespace notification {

/// Makes what deliveries are sent with: a client that never connects to a private address unless
/// notification.allow_private, and never follows a redirect. Called once, when the service is made.
using MakeClient = std::function<base::Result<std::shared_ptr<runtime::HttpClient>>(const flow::Platform&)>;

/// The row of the role table.
flow::Service service(MakeClient make_client);

}  // namespace notification
