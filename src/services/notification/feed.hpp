// The feed of a tenant: its public events with a number each, rising without gaps in the order of commits.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "store/database.hpp"

namespace notification {

struct FeedRow {
    std::int64_t seq = 0;  // from 1
    std::string event_id = {};
    std::string session_id = {};
    std::string type = {};
    std::string event = {};  // the envelope's JSON, as the public sees it
};

struct FeedEnds {
    std::int64_t last_seq = 0;   // the newest; 0 before the first
    std::int64_t swept_seq = 0;  // what is not newer than this is gone
};

/// Gives the row's number; none when the event is there already. Other appenders of this tenant wait for the end of the
/// transaction, so that whoever sees a number has seen all before it.
base::Result<std::optional<std::int64_t>> append_feed(store::Transaction& transaction, const FeedRow& row);

base::Result<FeedEnds> feed_ends(store::Reading& reading);

struct FeedQuery {
    std::int64_t after = 0;
    std::string_view session_id = {};  // empty: all
    std::int64_t limit = 200;
};
/// In their order.
base::Result<std::vector<FeedRow>> read_feed(store::Reading& reading, const FeedQuery& query);

/// The newest row of the session that begins or ends a run or the session; none when there is none.
base::Result<std::optional<FeedRow>> last_turn(store::Reading& reading, std::string_view session_id);

// Across tenants

struct FeedHead {
    std::string tenant_id;
    std::int64_t last_seq = 0;
};
/// The tenants whose feed grew lately (within a minute, so that a commit that took long is not passed over).
base::Result<std::vector<FeedHead>> recent_heads(store::System system);

/// Removes what is older than `before_ms`; says whether there is more to do at once.
base::Result<bool> sweep_feeds(store::Database& database, std::int64_t before_ms);

}  // namespace notification
