// Deliveries as rows: one event to one webhook, with its attempts; and the leased work that makes them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "services/notification/webhooks.hpp"
#include "store/work.hpp"

namespace notification {

inline constexpr std::string_view deliver_kind = "notification.deliver";

enum class DeliveryState : std::uint8_t { pending, delivered, failed, cancelled };

struct Delivery {
    std::string id = {};
    std::string webhook_id = {};
    std::string event_id = {};  // the message's id, the same in every attempt
    std::string type = {};
    std::string body = {};
    std::string traceparent = {};  // the event's; may be empty
    DeliveryState state = DeliveryState::pending;
    std::int64_t chain = 1;  // grows with each replay
    std::int64_t created_ms = 0;
    std::int64_t updated_ms = 0;
};

struct Attempt {
    std::int64_t started_ms = 0;
    int status = 0;               // 0: no answer
    std::string error_code = {};  // empty when there was an answer
    std::int64_t duration_ms = 0;
    std::string answer = {};  // its beginning
};

/// The same event goes to the same webhook once: gives the delivery's id, or none when it is there already. The first
/// attempt is work at once.
base::Result<std::optional<std::string>> add_delivery(store::Transaction& transaction, const Delivery& delivery);

/// Errors: not_found. `lock` in a write transaction only.
base::Result<Delivery> find_delivery(store::Reading& reading, std::string_view id, bool lock = false);
base::Result<void> set_state(store::Transaction& transaction, std::string_view id, DeliveryState state);
/// From the first attempt again, at once; attempts of before that are under way count no more.
base::Result<void> replay_delivery(store::Transaction& transaction, const Delivery& delivery);

struct DeliveryPlace {
    std::int64_t created_ms = INT64_MAX;
    std::string id = {};
};
/// Newest first, after the place.
base::Result<std::vector<Delivery>> list_deliveries(store::Reading& reading, std::string_view webhook_id,
                                                    const DeliveryPlace& after, std::int64_t limit);

base::Result<void> insert_attempt(store::Transaction& transaction, std::string_view delivery_id,
                                  const Attempt& attempt);
/// Oldest first.
base::Result<std::vector<Attempt>> attempts_of(const Opening& opening, std::string_view delivery_id);

base::Json to_json(const Delivery& delivery, const std::vector<Attempt>& attempts);

/// What the work of one attempt knows.
struct AttemptPlan {
    std::string delivery_id = {};
    std::int64_t chain = 1;
    std::int64_t attempts = 0;   // made before this one in the chain
    std::int64_t deferrals = 0;  // how often this one gave way to others of its webhook
};
base::Result<void> add_attempt_work(store::Transaction& transaction, std::string_view webhook_id,
                                    const AttemptPlan& plan, std::chrono::milliseconds delay);
base::Result<AttemptPlan> parse_plan(std::string_view payload);

/// Removes what has ended and was last changed before that; says whether there is more to do at once.
base::Result<bool> sweep_deliveries(store::Database& database, std::int64_t before_ms);

}  // namespace notification
