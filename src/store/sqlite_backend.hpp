// The embedded adapter: SQLite (3.35 or later, for `returning`) in one file, in WAL mode. Private to the store.
//
// Writes begin with BEGIN IMMEDIATE: the writers of this process queue on a gate, those of other processes on SQLite's
// lock, both for at most the busy time-out; readers wait for nobody. Commits are synced (synchronous=FULL). Damage that
// SQLite sees in its structures is database_corrupt, on opening (a quick check of files up to 64 MiB), on use, or by
// `verify`.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "store/backend.hpp"

namespace store {

struct SqliteOptions {
    std::string file;
    std::chrono::milliseconds busy_timeout{5000};
    bool durable = true;
    bool create = false;  // make the file when it is not there
};

/// The clock outlives the backend. Errors: database_outdated (no such file), database_corrupt (damaged, or not ours),
/// database_busy, database_failed.
base::Result<std::unique_ptr<Backend>> open_sqlite(const SqliteOptions& options, const base::Clock& clock);

}  // namespace store
