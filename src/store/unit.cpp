#include "store/unit.hpp"

#include <utility>
#include <vector>

namespace store {
namespace {

using base::ErrorCode;
using base::fail;

// After these the connection itself is in doubt.
bool is_broken(const base::Error& error) {
    return error.code == ErrorCode::database_failed || error.code == ErrorCode::database_corrupt ||
           error.code == ErrorCode::disk_full;
}

Origin completed(Origin origin, base::Ids& ids) {
    if (origin.correlation_id.empty()) origin.correlation_id = ids.next();
    return origin;
}

}  // namespace

DatabaseState::DatabaseState(DatabaseConfig given_config, const Surroundings& given,
                             std::unique_ptr<Backend> given_backend)
    : config(std::move(given_config)),
      surroundings(given),
      backend(std::move(given_backend)),
      ids(surroundings.clock, surroundings.random) {}

base::Result<std::unique_ptr<Connection>> DatabaseState::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            ++taken_;
            return connection;
        }
        if (taken_ >= config.most_connections) {
            return fail(ErrorCode::database_busy,
                        "all " + std::to_string(taken_) + " connections to the database are in use");
        }
        ++taken_;
    }
    auto connection = backend->connect();
    if (!connection) give_back(nullptr, false);
    return connection;
}

void DatabaseState::give_back(std::unique_ptr<Connection> connection, bool usable) {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (usable) idle_.push_back(std::move(connection));
}

base::Result<std::unique_ptr<Unit>> Unit::begin(DatabaseState& state, Mode mode, Position after, std::string tenant_id,
                                                Origin origin) {
    auto connection = state.take();
    if (!connection) return std::unexpected(std::move(connection.error()));
    if (auto begun = (*connection)->begin(mode, after); !begun) {
        state.give_back(*std::move(connection), !is_broken(begun.error()));
        return std::unexpected(std::move(begun.error()));
    }
    return std::unique_ptr<Unit>(
        new Unit(state, *std::move(connection), std::move(tenant_id), completed(std::move(origin), state.ids)));
}

Unit::Unit(DatabaseState& given_state, std::unique_ptr<Connection> connection, std::string given_tenant_id,
           Origin given_origin)
    : state(given_state),
      tenant_id(std::move(given_tenant_id)),
      origin(std::move(given_origin)),
      connection_(std::move(connection)) {}

Unit::~Unit() {
    roll_back();
}

base::Result<Outcome> Unit::run(std::string_view sql, std::span<const Parameter> parameters) {
    if (error_) return std::unexpected(*error_);
    std::vector<Parameter> bound(parameters.begin(), parameters.end());
    if (!tenant_id.empty()) bound.push_back({"tenant", tenant_id});
    auto outcome = connection_->run(sql, bound);
    if (!outcome) return abort(std::move(outcome.error()));
    return outcome;
}

base::Result<void> Unit::run_script(std::string_view sql) {
    if (error_) return std::unexpected(*error_);
    auto done = connection_->run_script(sql);
    if (!done) return abort(std::move(done.error()));
    return done;
}

base::Result<Position> Unit::commit() {
    if (error_) return std::unexpected(*error_);
    auto position = connection_->commit();
    if (!position) return abort(std::move(position.error()));
    state.give_back(std::move(connection_), true);
    error_ = base::Error{ErrorCode::internal, "the transaction has ended"};
    if (emitted && state.surroundings.events_committed) state.surroundings.events_committed();
    return position;
}

// The locks go at once, not only when the caller lets go of its transaction.
std::unexpected<base::Error> Unit::abort(base::Error error) {
    if (!error_) error_ = std::move(error);
    roll_back();
    return std::unexpected(*error_);
}

void Unit::roll_back() {
    if (connection_ == nullptr) return;
    connection_->rollback();
    state.give_back(std::move(connection_), !error_ || !is_broken(*error_));
}

}  // namespace store
