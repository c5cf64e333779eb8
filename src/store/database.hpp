// The port of the relational store: SQLite in a file, or (through the same port) PostgreSQL.
//
// A handle is opened for one tenant and one unit of work: every statement on it must name `:tenant`, which the store
// binds; one without it is refused. Only `system` reaches across tenants, for the callers of SystemCaller. Any number
// of processes may use one database. A call blocks for as long as the database takes, bounded by the busy time-out.
//
// Errors of everything here, beside its own: database_busy (try again), database_failed (try again), database_corrupt,
// disk_full, internal (a fault of the program, such as a statement without `:tenant`).
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/vault.hpp"
#include "model/tenant.hpp"
#include "store/transaction.hpp"

namespace store {

struct DatabaseConfig {
    std::string adapter = "sqlite";
    std::string location = {};  // sqlite: the file
    std::chrono::milliseconds busy_timeout{5000};
    std::size_t most_connections = 32;  // transactions open at once in this process
    std::string region = "local";       // goes into events
    bool durable = true;                // false: a crash of the machine may lose commits; for simulation only
};

/// What the store is given; it all outlives the database.
struct Surroundings {
    const base::Clock& clock;  // also the database's clock when it has none of its own (SQLite)
    base::Random& random;
    base::Vault* vault = nullptr;  // none: personal text is kept as it is
    /// Whether this tenant may be used so, here and now (model::admits over the tenant's row); none: always. Any
    /// thread.
    std::function<base::Result<void>(std::string_view tenant_id, model::Access)> admit = {};
    /// Called after a commit that emitted events, so that the relay need not poll. Must be quick. Any thread.
    std::function<void()> events_committed = {};
};

/// A step of a service's tables; versions of a service count from 1 without gaps. One that was released never changes.
struct Migration {
    std::string_view service;
    std::int64_t version = 0;
    std::string_view sql;  // statements as backend.hpp describes them, separated by semicolons
};

/// Brings the database to the newest version of every service, each step in a transaction of its own; makes it when it
/// is not there. Any number of processes may do so at once. Gives how many steps were taken. Errors: database_newer;
/// invalid_argument (versions with gaps; no such adapter; no location).
base::Result<std::int64_t> migrate(const DatabaseConfig& config, const Surroundings& surroundings,
                                   std::span<const Migration> migrations);

/// Everyone who may reach across tenants.
enum class SystemCaller : std::uint8_t { relay, claims, leases, sign_in, migration, metrics, sweeper };

/// Where a unit of work comes from; events and audit records carry it on.
struct Origin {
    std::string source = {};          // the service
    std::string correlation_id = {};  // none: a fresh id
    std::string causation_id = {};
    std::string traceparent = {};
    std::int64_t tenant_epoch = 1;
};

struct DatabaseState;  // private to the store

/// The data of one tenant; a small value for one unit of work, not longer than the database.
class TenantStore {
  public:
    TenantStore(DatabaseState& state, std::string tenant_id, Origin origin);
    [[nodiscard]] const std::string& tenant_id() const { return tenant_id_; }
    /// Waits until no other writer is in the way. Errors: tenant_moved, tenant_suspended, invalid_argument (not a
    /// tenant's id).
    base::Result<Transaction> write();
    /// One consistent view that includes everything up to the position. Errors: tenant_moved; unavailable when the
    /// replica does not reach the position in time.
    base::Result<ReadTransaction> read(Position after = {});

  private:
    base::Result<void> check(model::Access access) const;

    DatabaseState& state_;
    std::string tenant_id_;
    Origin origin_;
};

/// The data of all tenants.
class System {
  public:
    System(DatabaseState& state, SystemCaller caller) : state_(state), caller_(caller) {}
    [[nodiscard]] SystemCaller caller() const { return caller_; }
    [[nodiscard]] base::Result<SystemTransaction> write() const;
    [[nodiscard]] base::Result<SystemReadTransaction> read() const;

  private:
    DatabaseState& state_;
    SystemCaller caller_;
};

/// Any thread. Transactions end before the database does.
class Database {
  public:
    /// Errors: database_outdated (migrate it), database_newer (this program is older than the database),
    /// database_corrupt, invalid_argument (no such adapter; no location).
    static base::Result<std::unique_ptr<Database>> open(const DatabaseConfig& config, const Surroundings& surroundings,
                                                        std::span<const Migration> migrations);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    TenantStore tenant(std::string_view tenant_id, Origin origin = {});
    System system(SystemCaller caller);

    /// Whether the database answers (for /readyz).
    base::Result<void> check();
    /// Reads all of it and looks for damage; takes long. Errors: database_corrupt.
    base::Result<void> verify();

  private:
    explicit Database(std::unique_ptr<DatabaseState> state);
    std::unique_ptr<DatabaseState> state_;
};

}  // namespace store
