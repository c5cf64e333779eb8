#include "services/notification/wish.hpp"

#include "runtime/address.hpp"
#include "runtime/uri.hpp"
#include "services/notification/told.hpp"

namespace notification {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t longest_url = 2000;
constexpr std::size_t longest_description = 500;

bool is_numeric(std::string_view host) {
    return host.contains(':') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::optional<std::vector<std::string>> read_types(base::JsonFields& fields) {
    const base::Json* list = fields.any("types");
    if (list == nullptr) return std::nullopt;
    std::vector<std::string> types;
    if (list->array() == nullptr) {
        fields.fault("\"types\" must be a list of event types");
        return types;
    }
    for (const base::Json& item : *list->array()) {
        const bool known = item.text() != nullptr && find_told(*item.text()) != nullptr;
        if (known) types.push_back(*item.text());
        if (!known) fields.fault("\"types\" holds what is no event type");
    }
    return types;
}

}  // namespace

Result<void> check_url(std::string_view url, const UrlRules& rules) {
    const auto parsed = runtime::parse_url(url);
    if (!parsed) return std::unexpected(parsed.error());
    if (!parsed->tls && !rules.allow_http && !rules.allow_private)
        return base::fail(ErrorCode::invalid_argument, "a webhook's URL must begin with https://");
    if (rules.allow_private || !is_numeric(parsed->host)) return {};
    return runtime::refuse_private_address(parsed->host);
}

Result<WebhookWish> parse_webhook_wish(const base::Json& body, const UrlRules& rules) {
    base::JsonFields fields(body, "the webhook");
    WebhookWish wish{.url = fields.optional_text("url", longest_url),
                     .description = fields.optional_text("description", longest_description),
                     .types = read_types(fields),
                     .enabled = fields.optional_boolean("enabled")};
    if (auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    if (!wish.url) return wish;
    if (auto fine = check_url(*wish.url, rules); !fine) return std::unexpected(fine.error());
    return wish;
}

Webhook changed(Webhook webhook, const WebhookWish& wish) {
    webhook.url = wish.url.value_or(webhook.url);
    webhook.description = wish.description.value_or(webhook.description);
    webhook.types = wish.types.value_or(webhook.types);
    webhook.enabled = wish.enabled.value_or(webhook.enabled);
    return webhook;
}

}  // namespace notification
