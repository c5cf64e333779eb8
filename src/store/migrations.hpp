// Private to the store: which steps a database has taken, and taking the ones it lacks.
#pragma once
#include <span>

#include "store/database.hpp"

namespace store {

/// The store's own tables: outbox, inbox, work, leases, idempotency, audit.
std::span<const Migration> own_migrations();

/// Errors: as `migrate`.
base::Result<std::int64_t> apply_migrations(DatabaseState& state, std::span<const Migration> migrations);

/// Errors: database_outdated, database_newer, invalid_argument (versions with gaps).
base::Result<void> check_versions(DatabaseState& state, std::span<const Migration> migrations);

}  // namespace store
