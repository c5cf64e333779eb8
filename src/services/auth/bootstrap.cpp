#include "services/auth/bootstrap.hpp"

#include "base/hmac.hpp"
#include "runtime/files.hpp"
#include "services/auth/api_key.hpp"
#include "services/auth/auth.hpp"
#include "services/auth/handling.hpp"
#include "services/auth/key_rows.hpp"
#include "services/auth/tenants.hpp"
#include "services/auth/user_rows.hpp"

namespace auth {
namespace {

using store::Transaction;

constexpr std::size_t largest_file_bytes = 4096;
constexpr std::string_view actor = "first start";

Result<void> audit(Transaction& transaction, std::string_view action, std::string_view kind, std::string_view id) {
    return transaction.audit(
        {.action = action, .actor_id = actor, .resource_kind = kind, .resource_id = id, .outcome = "done"});
}

// The key's row and its file; the rows are committed afterwards.
Result<void> make_key(Transaction& transaction, const flow::Platform& platform, const std::string& user_id) {
    const auto key = add_key(transaction, platform.random,
                             {.region = platform.config.text("auth.region"),
                              .user_id = user_id,
                              .role = model::Role::platform,
                              .scopes = {"*"},
                              .name = "first key",
                              .bootstrap = true});
    if (!key) return std::unexpected(key.error());
    if (const auto noted = audit(transaction, "key.create", "api_key", key->id); !noted) return noted;
    return runtime::write_file(bootstrap_key_file(platform.config), key->text + "\n", true);
}

Result<void> make_first(Transaction& transaction, const flow::Platform& platform) {
    const UserDraft user{.id = transaction.new_id(), .role = model::Role::platform, .name = "Administrator"};
    if (const auto added = add_user(transaction, platform.random, user); !added) return added;
    if (const auto noted = audit(transaction, "tenant.create", "tenant", first_tenant); !noted) return noted;
    if (const auto noted = audit(transaction, "user.create", "user", user.id); !noted) return noted;
    return make_key(transaction, platform, user.id);
}

// Whether the file holds the key of this hash.
Result<bool> file_holds(const flow::Platform& platform, const std::string& hash) {
    auto text = runtime::read_file(bootstrap_key_file(platform.config), largest_file_bytes);
    if (!text && text.error().code == base::ErrorCode::file_not_found) return false;
    if (!text) return std::unexpected(text.error());
    if (text->ends_with('\n')) text->pop_back();
    return base::equal_in_constant_time(hash_of_key(*text), hash);
}

// Whether a new key was made in place of one that nobody can have.
Result<bool> heal(Transaction& transaction, const flow::Platform& platform) {
    const auto row = transaction.query_one(
        "select id, user_id, secret_hash from auth_keys where tenant_id = :tenant and bootstrap = 1"
        " and revoked_ms is null and last_used_ms is null order by id limit 1 {for_update}");
    if (!row) return std::unexpected(row.error());
    if (!*row) return false;
    const auto held = file_holds(platform, (*row)->bytes("secret_hash").data);
    if (!held) return std::unexpected(held.error());
    if (*held) return false;
    const std::string lost_id = (*row)->text("id");
    const auto revoked = transaction.execute(
        "update auth_keys set revoked_ms = {now_ms}, row_version = row_version + 1"
        " where tenant_id = :tenant and id = :id",
        {{"id", lost_id}});
    if (!revoked) return std::unexpected(revoked.error());
    if (const auto noted = audit(transaction, "key.revoke", "api_key", lost_id); !noted)
        return std::unexpected(noted.error());
    if (const auto made = make_key(transaction, platform, (*row)->text("user_id")); !made)
        return std::unexpected(made.error());
    return true;
}

}  // namespace

Result<void> prepare(const flow::Platform& platform) {
    auto transaction = platform.database.tenant(first_tenant, {.source = std::string(service_name)}).write();
    if (!transaction) return std::unexpected(transaction.error());
    const auto first = add_tenant(*transaction, first_tenant, platform.config.text("auth.region"));
    if (!first) return std::unexpected(first.error());
    if (*first) {
        if (const auto made = make_first(*transaction, platform); !made) return made;
    } else {
        const auto healed = heal(*transaction, platform);
        if (!healed) return std::unexpected(healed.error());
        if (!*healed) return {};
    }
    const auto committed = transaction->commit();
    if (!committed) return std::unexpected(committed.error());
    return {};
}

}  // namespace auth
