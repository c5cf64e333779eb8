// Private to the store: the state behind a Database, and one open transaction on one of its connections.
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "store/database.hpp"

namespace store {

struct DatabaseState {
    DatabaseState(DatabaseConfig given_config, const Surroundings& given, std::unique_ptr<Backend> given_backend);

    /// A connection of the pool, or a new one. Errors: database_busy when as many are open as may be.
    base::Result<std::unique_ptr<Connection>> take();
    /// Gives it back; one that failed is not used again.
    void give_back(std::unique_ptr<Connection> connection, bool usable);

    DatabaseConfig config;
    Surroundings surroundings;
    std::unique_ptr<Backend> backend;
    base::Ids ids;

  private:
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::size_t taken_ = 0;
};

class Unit {
  public:
    /// Begins a transaction; `tenant_id` is empty for the system's.
    static base::Result<std::unique_ptr<Unit>> begin(DatabaseState& state, Mode mode, Position after,
                                                     std::string tenant_id, Origin origin);
    ~Unit();
    Unit(const Unit&) = delete;
    Unit& operator=(const Unit&) = delete;

    base::Result<Outcome> run(std::string_view sql, std::span<const Parameter> parameters);
    base::Result<void> run_script(std::string_view sql);
    base::Result<Position> commit();
    std::unexpected<base::Error> abort(base::Error error);

    DatabaseState& state;
    const std::string tenant_id;
    const Origin origin;
    bool emitted = false;

  private:
    Unit(DatabaseState& state, std::unique_ptr<Connection> connection, std::string tenant_id, Origin origin);
    void roll_back();

    std::unique_ptr<Connection> connection_;  // null once it has ended
    std::optional<base::Error> error_;
};

}  // namespace store
