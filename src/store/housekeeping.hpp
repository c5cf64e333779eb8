// What the sweeper removes from the store's own tables, so that they stay bounded.
#pragma once
#include <chrono>
#include <cstdint>

#include "store/database.hpp"

namespace store {

struct Retention {
    std::chrono::milliseconds published_events{24 *
                                               3'600'000};      // the same fact told again within it is no second event
    std::chrono::milliseconds seen_events{7 * 24 * 3'600'000};  // longer than the bus keeps an event to be replayed
    std::chrono::milliseconds ended_work{7 * 24 * 3'600'000};
};

/// Removes at most `limit` rows of each table, in short transactions; call again until it gives 0. Gives how many it
/// removed. Dead work that nobody has buried and events that are not published stay.
base::Result<std::int64_t> prune(System system, const Retention& retention, std::int64_t limit);

}  // namespace store
