// What a client wants of a webhook, read strictly. Pure; any thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "services/notification/webhooks.hpp"

namespace notification {

struct UrlRules {
    bool allow_http = false;     // without TLS
    bool allow_private = false;  // addresses that are not of the public internet
};

/// Errors: invalid_argument (not a URL that may be delivered to); address_refused (a private address in plain sight;
/// what a name leads to is judged when it is connected to).
base::Result<void> check_url(std::string_view url, const UrlRules& rules);

struct WebhookWish {
    std::optional<std::string> url{};
    std::optional<std::string> description{};
    std::optional<std::vector<std::string>> types{};  // empty: all
    std::optional<bool> enabled{};
};

/// Errors: invalid_argument, unknown_field, and those of check_url.
base::Result<WebhookWish> parse_webhook_wish(const base::Json& body, const UrlRules& rules);

/// The webhook with what is wished changed.
Webhook changed(Webhook webhook, const WebhookWish& wish);

}  // namespace notification
