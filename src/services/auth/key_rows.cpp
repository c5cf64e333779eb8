#include "services/auth/key_rows.hpp"

#include "services/auth/api_key.hpp"

namespace auth {
namespace {

using base::Result;

constexpr std::string_view columns =
    "id, user_id, role, scopes, name, name_key_id, created_ms, expires_ms, revoked_ms,"
    " last_used_ms, row_version";

Result<store::Row> find(store::Reading& reading, std::string_view id, std::string_view lock) {
    auto row = reading.query_one(
        "select " + std::string(columns) + " from auth_keys where tenant_id = :tenant and id = :id" + std::string(lock),
        {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_such_key();
    return **std::move(row);
}

}  // namespace

Result<store::Row> find_key(store::Reading& reading, std::string_view id) {
    return find(reading, id, "");
}

Result<store::Row> lock_key(store::Transaction& transaction, std::string_view id) {
    return find(transaction, id, " {for_update}");
}

std::unexpected<base::Error> no_such_key() {
    return base::fail(base::ErrorCode::not_found, "there is no such key");
}

Result<store::Rows> list_keys(store::Reading& reading, const flow::PageQuery& query, std::string_view user_id) {
    return reading.query("select " + std::string(columns) +
                             " from auth_keys where tenant_id = :tenant and id > :after and (:user_id = '' or"
                             " user_id = :user_id) order by id limit :limit",
                         {{"after", query.after}, {"user_id", user_id}, {"limit", query.limit + 1}});
}

Result<NewKey> add_key(store::Transaction& transaction, base::Random& random, const KeyDraft& draft) {
    const ApiKey key{draft.region, transaction.tenant_id(), transaction.new_id(), new_secret(random)};
    const std::string text = to_text(key);
    const auto name = transaction.seal(draft.name);
    if (!name) return std::unexpected(name.error());
    const auto added = transaction.execute(
        "insert into auth_keys (tenant_id, id, user_id, role, scopes, name, name_key_id, secret_hash, bootstrap,"
        " created_ms, expires_ms, row_version) values (:tenant, :id, :user_id, :role, :scopes, :name, :name_key_id,"
        " :secret_hash, :bootstrap, {now_ms}, :expires_ms, 1)",
        {{"id", key.id},
         {"user_id", draft.user_id},
         {"role", model::role_name(draft.role)},
         {"scopes", scopes_text(draft.scopes)},
         {"name", name->bytes},
         {"name_key_id", name->key_id},
         {"secret_hash", store::Bytes{hash_of_key(text)}},
         {"bootstrap", draft.bootstrap},
         {"expires_ms", draft.expires_ms}});
    if (!added) return std::unexpected(added.error());
    return NewKey{key.id, text};
}

Result<void> revoke_key(store::Transaction& transaction, std::string_view id) {
    const auto revoked = transaction.execute(
        "update auth_keys set revoked_ms = {now_ms}, row_version = row_version + 1"
        " where tenant_id = :tenant and id = :id",
        {{"id", id}});
    if (!revoked) return std::unexpected(revoked.error());
    return {};
}

}  // namespace auth
