#include "store/database.hpp"

#include "store/migrations.hpp"
#include "store/sqlite_backend.hpp"
#include "store/unit.hpp"

namespace store {
namespace {

using base::ErrorCode;
using base::fail;

enum class Existence : std::uint8_t { required, made };

base::Result<std::unique_ptr<DatabaseState>> open_state(const DatabaseConfig& config, const Surroundings& surroundings,
                                                        Existence existence) {
    if (config.location.empty()) return fail(ErrorCode::invalid_argument, "the database needs a location");
    if (config.adapter != "sqlite") {
        return fail(ErrorCode::invalid_argument,
                    "there is no database adapter \"" + config.adapter + "\"; there is sqlite");
    }
    const SqliteOptions options{config.location, config.busy_timeout, config.durable, existence == Existence::made};
    auto backend = open_sqlite(options, surroundings.clock);
    if (!backend) return std::unexpected(std::move(backend.error()));
    return std::make_unique<DatabaseState>(config, surroundings, *std::move(backend));
}

template <class Opened>
base::Result<Opened> begin(DatabaseState& state, Mode mode, Position after, const std::string& tenant_id,
                           const Origin& origin) {
    auto unit = Unit::begin(state, mode, after, tenant_id, origin);
    if (!unit) return std::unexpected(std::move(unit.error()));
    return Opened(*std::move(unit));
}

}  // namespace

base::Result<std::int64_t> migrate(const DatabaseConfig& config, const Surroundings& surroundings,
                                   std::span<const Migration> migrations) {
    auto state = open_state(config, surroundings, Existence::made);
    if (!state) return std::unexpected(std::move(state.error()));
    return apply_migrations(**state, migrations);
}

base::Result<std::unique_ptr<Database>> Database::open(const DatabaseConfig& config, const Surroundings& surroundings,
                                                       std::span<const Migration> migrations) {
    auto state = open_state(config, surroundings, Existence::required);
    if (!state) return std::unexpected(std::move(state.error()));
    if (auto checked = check_versions(**state, migrations); !checked)
        return std::unexpected(std::move(checked.error()));
    return std::unique_ptr<Database>(new Database(*std::move(state)));
}

Database::Database(std::unique_ptr<DatabaseState> state) : state_(std::move(state)) {}
Database::~Database() = default;

TenantStore Database::tenant(std::string_view tenant_id, Origin origin) {
    return {*state_, std::string(tenant_id), std::move(origin)};
}

System Database::system(SystemCaller caller) {
    return {*state_, caller};
}

base::Result<void> Database::check() {
    auto transaction = system(SystemCaller::metrics).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    auto rows = transaction->query("select max(version) as version from schema_versions");
    if (!rows) return std::unexpected(std::move(rows.error()));
    return {};
}

base::Result<void> Database::verify() {
    return state_->backend->verify();
}

TenantStore::TenantStore(DatabaseState& state, std::string tenant_id, Origin origin)
    : state_(state), tenant_id_(std::move(tenant_id)), origin_(std::move(origin)) {}

base::Result<void> TenantStore::check(model::Access access) const {
    if (!model::is_tenant_id(tenant_id_)) return fail(ErrorCode::invalid_argument, "this cannot be a tenant's id");
    if (!state_.surroundings.admit) return {};
    return state_.surroundings.admit(tenant_id_, access);
}

base::Result<Transaction> TenantStore::write() {
    if (auto admitted = check(model::Access::write); !admitted) return std::unexpected(std::move(admitted.error()));
    return begin<Transaction>(state_, Mode::write, {}, tenant_id_, origin_);
}

base::Result<ReadTransaction> TenantStore::read(Position after) {
    if (auto admitted = check(model::Access::read); !admitted) return std::unexpected(std::move(admitted.error()));
    return begin<ReadTransaction>(state_, Mode::read, after, tenant_id_, origin_);
}

base::Result<SystemTransaction> System::write() const {
    return begin<SystemTransaction>(state_, Mode::write, {}, "", {});
}

base::Result<SystemReadTransaction> System::read() const {
    return begin<SystemReadTransaction>(state_, Mode::read, {}, "", {});
}

}  // namespace store
