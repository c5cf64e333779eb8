#include "store/leases.hpp"

namespace store {
namespace {

using std::chrono::milliseconds;

// Runs one change in a transaction of its own; gives how many rows it touched.
base::Result<std::int64_t> change(System system, std::string_view sql, Parameters parameters) {
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    auto changed = transaction->execute(sql, parameters);
    if (!changed) return changed;
    const auto position = transaction->commit();
    if (!position) return std::unexpected(position.error());
    return changed;
}

// Looked at first, so that those who wait do not take the write lock again and again.
base::Result<bool> held_by_another(System system, std::string_view name, std::string_view owner) {
    auto transaction = system.read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto row = transaction->query_one(
        "select 1 as held from leases where name = :name and owner <> :owner and expires_ms > {now_ms}",
        {{"name", name}, {"owner", owner}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

}  // namespace

base::Result<std::optional<NamedLease>> acquire_lease(System system, std::string_view name, std::string_view owner,
                                                      milliseconds duration) {
    const auto held = held_by_another(system, name, owner);
    if (!held) return std::unexpected(held.error());
    if (*held) return std::nullopt;
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto row = transaction->query_one(
        "insert into leases (name, owner, token, expires_ms) values (:name, :owner, 1, {now_ms} + :duration)"
        " on conflict (name) do update set owner = excluded.owner, token = leases.token + 1, expires_ms = "
        "excluded.expires_ms"
        " where leases.expires_ms <= {now_ms} or leases.owner = excluded.owner returning token",
        {{"name", name}, {"owner", owner}, {"duration", std::int64_t{duration.count()}}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    if (const auto position = transaction->commit(); !position) return std::unexpected(position.error());
    return NamedLease{std::string(name), std::string(owner), (*row)->integer("token")};
}

base::Result<bool> renew_lease(System system, const NamedLease& lease, milliseconds duration) {
    const auto changed = change(
        system,
        "update leases set expires_ms = {now_ms} + :duration where name = :name and token = :token and expires_ms > 0",
        {{"name", lease.name}, {"token", lease.token}, {"duration", std::int64_t{duration.count()}}});
    if (!changed) return std::unexpected(changed.error());
    return *changed == 1;
}

base::Result<void> release_lease(System system, const NamedLease& lease) {
    const auto changed = change(system, "update leases set expires_ms = 0 where name = :name and token = :token",
                                {{"name", lease.name}, {"token", lease.token}});
    if (!changed) return std::unexpected(changed.error());
    return {};
}

base::Result<void> check_lease(SystemTransaction& transaction, const NamedLease& lease) {
    const auto row = transaction.query_one(
        "select 1 as mine from leases where name = :name and token = :token and expires_ms > 0 {for_update}",
        {{"name", lease.name}, {"token", lease.token}});
    if (!row) return std::unexpected(row.error());
    if (row->has_value()) return {};
    return transaction.abort({base::ErrorCode::lease_lost, "the lease \"" + lease.name + "\" was lost"});
}

}  // namespace store
