// The outbox as the relay sees it: rows that are not yet published, in the order in which they were written as far as
// clocks tell (never "greater than the last": commits do not come in the order of any sequence). A row may be handed
// out again, when a relay stops between publishing and marking: delivery is at least once.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/database.hpp"

namespace store {

struct OutboxKey {
    std::string tenant_id;
    std::string id;
};

struct OutboxRow {
    OutboxKey key;
    std::string topic;
    std::string partition_key;
    std::string event;  // the envelope's JSON (model::parse_event)
};

base::Result<std::vector<OutboxRow>> unpublished(System system, std::int64_t limit);

/// Call after the bus has made them durable; all in one transaction. Marking again does nothing.
base::Result<void> mark_published(System system, std::span<const OutboxKey> keys);

struct Backlog {
    std::int64_t events = 0;
    std::int64_t oldest_age_ms = 0;  // 0 when there are none
};

/// How far the relay is behind; for metrics.
base::Result<Backlog> outbox_backlog(System system);

}  // namespace store
