// Private to the SQLite adapter: topics and their partitions, and what may be a name.
#pragma once
#include <cstdint>
#include <string_view>

#include "bus/bus.hpp"
#include "bus/sqlite_file.hpp"

namespace bus {

struct TopicRow {
    std::int64_t id = 0;  // 0: there is none
    std::int64_t partitions = 0;
};

/// Errors: invalid_argument. `what` is "topic" or "group".
base::Result<void> check_name(std::string_view what, std::string_view name);

base::Result<TopicRow> find_topic(SqliteFile& file, std::string_view name);

/// Within a write transaction: the topic, made with this many partitions when it is new.
base::Result<TopicRow> find_or_make_topic(SqliteFile& file, std::string_view name, std::uint32_t partitions);

std::int64_t utc_ms(const base::Clock& clock);
Time time_of(std::int64_t utc_ms);

}  // namespace bus
