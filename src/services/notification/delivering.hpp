#pragma once
#include <memory>

#include "flow/service.hpp"
#include "runtime/http_client.hpp"

namespace notification {

struct DeliveryOptions {
    std::chrono::milliseconds timeout{15'000};
    std::chrono::milliseconds disable_after{std::chrono::hours(5 * 24)};
};

/// Sends one attempt of one delivery, notes it, and plans the next. The platform outlives it.
flow::WorkHandler delivering(const flow::Platform& platform, std::shared_ptr<runtime::HttpClient> client,
                             const DeliveryOptions& options);

}  // namespace notification
