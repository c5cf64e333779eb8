#include "services/notification/notification.hpp"

#include "base/rfc3339.hpp"
#include "services/notification/deliveries.hpp"
#include "services/notification/delivering.hpp"
#include "services/notification/delivery_routes.hpp"
#include "services/notification/feed.hpp"
#include "services/notification/intake.hpp"
#include "services/notification/schema.hpp"
#include "services/notification/stream_routes.hpp"
#include "services/notification/webhook_routes.hpp"

namespace notification {
namespace {

using base::Result;
using runtime::OptionType;

std::vector<runtime::Option> options() {
    return {{.name = "notification.keep",
             .type = OptionType::duration,
             .default_text = "7d",
             .documentation = "How long events can be replayed, and how long ended deliveries are listed."},
            {.name = "notification.timeout",
             .type = OptionType::duration,
             .default_text = "15s",
             .documentation = "How long a webhook's receiver may take."},
            {.name = "notification.disable_after",
             .type = OptionType::duration,
             .default_text = "5d",
             .documentation = "A webhook that fails for so long without a success is disabled."},
            {.name = "notification.allow_http",
             .type = OptionType::boolean,
             .default_text = "false",
             .documentation = "Whether webhooks may be without TLS."},
            {.name = "notification.allow_private",
             .type = OptionType::boolean,
             .default_text = "false",
             .documentation = "Whether webhooks may reach private addresses, without TLS too."}};
}

void add(std::vector<runtime::Route>& routes, std::vector<runtime::Route> more) {
    std::ranges::move(more, std::back_inserter(routes));
}

// Sees what other processes fed, and what came while nobody expected it.
flow::PeriodicTask looking(const std::shared_ptr<Tails>& tails) {
    return {
        .name = "notification.look", .every = std::chrono::milliseconds(300), .run = [tails](auto*) -> Result<bool> {
            const auto looked = tails->look();
            if (!looked) return std::unexpected(looked.error());
            return false;
        }};
}

flow::PeriodicTask sweeping(const flow::Platform& platform) {
    return {.name = "notification.sweep",
            .every = std::chrono::minutes(1),
            .alone = true,
            .run = [&platform, keep = platform.config.duration("notification.keep")](auto*) -> Result<bool> {
                const std::int64_t before_ms = base::to_unix_ms(platform.clock.utc_now()) - keep.count();
                const auto feeds = sweep_feeds(platform.database, before_ms);
                if (!feeds) return feeds;
                const auto deliveries = sweep_deliveries(platform.database, before_ms);
                if (!deliveries) return deliveries;
                return *feeds || *deliveries;
            }};
}

Result<flow::Parts> make_parts(const flow::Platform& platform, const MakeClient& make_client) {
    auto client = make_client(platform);
    if (!client) return std::unexpected(client.error());
    const auto tails = std::make_shared<Tails>(platform);
    flow::Parts parts;
    add(parts.routes, stream_routes(platform, tails));
    add(parts.routes, webhook_routes(platform));
    add(parts.routes, delivery_routes(platform));
    parts.events.push_back(intake(tails));
    parts.works.push_back(delivering(platform, *std::move(client),
                                     {.timeout = platform.config.duration("notification.timeout"),
                                      .disable_after = platform.config.duration("notification.disable_after")}));
    parts.tasks.push_back(looking(tails));
    parts.tasks.push_back(sweeping(platform));
    return parts;
}

}  // namespace

flow::Service service(MakeClient make_client) {
    return {.name = "notification",
            .options = options(),
            .migrations = migrations(),
            .make = [make_client = std::move(make_client)](const flow::Platform& platform) {
                return make_parts(platform, make_client);
            }};
}

}  // namespace notification
