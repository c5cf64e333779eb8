// Private to the SQLite adapter: appends messages, and removes what is beyond the retention.
#pragma once
#include <span>

#include "bus/bus.hpp"
#include "bus/sqlite_file.hpp"

namespace bus {

/// Errors: invalid_argument.
base::Result<void> check_message(const Message& message);

/// All of them in one transaction; how many were new.
base::Result<std::size_t> publish_messages(SqliteFile& file, std::span<const Message> messages,
                                           std::uint32_t partitions, std::int64_t now_ms);

/// At most 1,000 records of each partition; how many.
base::Result<std::size_t> remove_old_records(SqliteFile& file, const Retention& retention, std::int64_t now_ms);

}  // namespace bus
