#include "services/auth/sign_in.hpp"

#include "base/hmac.hpp"
#include "model/tenant.hpp"
#include "services/auth/api_key.hpp"
#include "services/auth/grants.hpp"

namespace auth {
namespace {

using base::ErrorCode;

constexpr std::int64_t use_interval_ms = 60'000;
constexpr std::size_t most_uses = 10'000;  // remembered at once; more wait for their next use

std::unexpected<base::Error> not_valid() {
    return base::fail(ErrorCode::unauthenticated, "the key is not valid");
}

bool is_usable(const store::Row& row) {
    const std::int64_t now_ms = row.integer("now_ms");
    const bool expired = row.optional_integer("expires_ms").value_or(now_ms + 1) <= now_ms;
    return row.is_null("revoked_ms") && !expired && row.text("state") != state_name(model::TenantState::closing);
}

model::Principal principal_from(const store::Row& row, std::string tenant_id) {
    const model::Role role = std::min(model::parse_role(row.text("role")).value_or(model::Role::viewer),
                                      model::parse_role(row.text("user_role")).value_or(model::Role::viewer));
    return {.kind = model::PrincipalKind::api_key,
            .tenant_id = std::move(tenant_id),
            .id = row.text("user_id"),
            .roles = roles_of(role),
            .scopes = scopes_from_text(row.text("scopes"))};
}

}  // namespace

base::Result<model::Principal> SignIn::principal_of(std::string_view key_text) {
    const auto key = parse_api_key(key_text);
    if (!key) return not_valid();
    auto transaction = database_.system(store::SystemCaller::sign_in).read();
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = transaction->query_one(
        "select k.secret_hash, k.user_id, k.role, k.scopes, k.expires_ms, k.revoked_ms, k.last_used_ms,"
        " u.role as user_role, t.state, {now_ms} as now_ms from auth_keys k"
        " join auth_users u on u.tenant_id = k.tenant_id and u.id = k.user_id"
        " join auth_tenants t on t.id = k.tenant_id"
        " where k.tenant_id = :tenant_id and k.id = :id",
        {{"tenant_id", key->tenant_id}, {"id", key->id}});
    if (!row) return std::unexpected(row.error());
    // An unknown key is compared as well, so that it takes as long as a wrong one.
    const std::string stored = *row ? (*row)->bytes("secret_hash").data : std::string(32, '\0');
    const bool same = base::equal_in_constant_time(hash_of_key(key_text), stored);
    if (!same || !*row || !is_usable(**row)) return not_valid();
    remember_use({key->tenant_id, key->id}, **row);
    return principal_from(**row, key->tenant_id);
}

void SignIn::remember_use(const KeyName& name, const store::Row& row) {
    const std::int64_t now_ms = row.integer("now_ms");
    if (now_ms - row.optional_integer("last_used_ms").value_or(0) < use_interval_ms) return;
    const std::lock_guard lock(mutex_);
    if (uses_.size() < most_uses) uses_.try_emplace(name, now_ms);
}

base::Result<void> SignIn::note_uses() {
    std::map<KeyName, std::int64_t> uses;
    {
        const std::lock_guard lock(mutex_);
        uses.swap(uses_);
    }
    if (uses.empty()) return {};
    auto transaction = database_.system(store::SystemCaller::sign_in).write();
    if (!transaction) return std::unexpected(transaction.error());
    for (const auto& [name, time_ms] : uses) {
        const auto noted = transaction->execute(
            "update auth_keys set last_used_ms = :time_ms where tenant_id = :tenant_id and id = :id"
            " and (last_used_ms is null or last_used_ms < :time_ms)",
            {{"time_ms", time_ms}, {"tenant_id", name.tenant_id}, {"id", name.id}});
        if (!noted) return std::unexpected(noted.error());
    }
    const auto committed = transaction->commit();
    if (!committed) return std::unexpected(committed.error());
    return {};
}

}  // namespace auth
