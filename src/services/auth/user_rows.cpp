#include "services/auth/user_rows.hpp"

#include "services/auth/emails.hpp"
#include "services/auth/grants.hpp"
#include "services/auth/handling.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using base::fail;
using store::Transaction;

constexpr std::string_view columns =
    "id, role, name, name_key_id, email, email_key_id, created_ms, changed_ms,"
    " row_version";

Result<store::Row> find(store::Reading& reading, std::string_view id, std::string_view lock = "") {
    auto row = reading.query_one("select " + std::string(columns) +
                                     " from auth_users where tenant_id = :tenant and id = :id" + std::string(lock),
                                 {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail(ErrorCode::not_found, "there is no such user");
    return **std::move(row);
}

// A unique index speaks of rows; people speak of addresses.
base::Result<void> told(Result<std::int64_t> changed) {
    if (changed) return {};
    if (changed.error().code == ErrorCode::conflict)
        return fail(ErrorCode::conflict, "a user with this e-mail address is there already");
    return std::unexpected(changed.error());
}

Result<std::vector<Administrator>> administrators(Transaction& transaction) {
    const auto rows = transaction.query(
        "select id, role from auth_users where tenant_id = :tenant and role in ('admin', 'platform') order by id"
        " {for_update}");
    if (!rows) return std::unexpected(rows.error());
    std::vector<Administrator> found;
    for (const store::Row& row : *rows)
        found.push_back({row.text("id"), model::parse_role(row.text("role")).value()});
    return found;
}

Result<void> write_name(Transaction& transaction, std::string_view id, const std::string& name) {
    const auto sealed = transaction.seal(name);
    if (!sealed) return std::unexpected(sealed.error());
    return told(transaction.execute(
        "update auth_users set name = :name, name_key_id = :key_id where tenant_id = :tenant and id = :id",
        {{"name", sealed->bytes}, {"key_id", sealed->key_id}, {"id", id}}));
}

Result<void> write_email(Transaction& transaction, base::Random& random, std::string_view id,
                         const std::string& address) {
    const auto email = seal_email(transaction, random, address);
    if (!email) return std::unexpected(email.error());
    return told(
        transaction.execute("update auth_users set email = :email, email_key_id = :key_id, email_hash = :hash"
                            " where tenant_id = :tenant and id = :id",
                            {{"email", email->sealed}, {"key_id", email->key_id}, {"hash", email->hash}, {"id", id}}));
}

}  // namespace

Result<store::Row> find_user(store::Reading& reading, std::string_view id) {
    return find(reading, id);
}

Result<store::Rows> list_users(store::ReadTransaction& transaction, const flow::PageQuery& query,
                               const std::optional<std::string_view>& email) {
    const std::string select = "select " + std::string(columns) + " from auth_users where tenant_id = :tenant";
    if (!email) {
        return transaction.query(select + " and id > :after order by id limit :limit",
                                 {{"after", query.after}, {"limit", query.limit + 1}});
    }
    const auto hash = email_hash(transaction, *email);
    if (!hash) return std::unexpected(hash.error());
    if (!*hash) return store::Rows{};
    return transaction.query(select + " and email_hash = :hash", {{"hash", **hash}});
}

Result<store::Row> changeable_user(Transaction& transaction, const model::Principal& principal, std::string_view id,
                                   std::optional<model::Role> role) {
    const auto others = administrators(transaction);
    if (!others) return std::unexpected(others.error());
    auto row = find(transaction, id, " {for_update}");
    if (!row) return row;
    const model::Role own = model::parse_role(row->text("role")).value();
    if (const auto may = may_grant(principal, own); !may) return std::unexpected(may.error());
    if (role) {
        if (const auto may = may_grant(principal, *role); !may) return std::unexpected(may.error());
    }
    if (const auto kept = keeps_administrators(*others, id, role); !kept) return std::unexpected(kept.error());
    return row;
}

base::Result<void> add_user(Transaction& transaction, base::Random& random, const UserDraft& draft) {
    const auto name = transaction.seal(draft.name);
    if (!name) return std::unexpected(name.error());
    const auto email = seal_email(transaction, random, draft.email);
    if (!email) return std::unexpected(email.error());
    return told(transaction.execute(
        "insert into auth_users (tenant_id, id, role, name, name_key_id, email, email_key_id, email_hash, created_ms,"
        " changed_ms, row_version) values (:tenant, :id, :role, :name, :name_key_id, :email, :email_key_id, "
        ":email_hash,"
        " {now_ms}, {now_ms}, 1)",
        {{"id", draft.id},
         {"role", model::role_name(draft.role)},
         {"name", name->bytes},
         {"name_key_id", name->key_id},
         {"email", email->sealed},
         {"email_key_id", email->key_id},
         {"email_hash", email->hash}}));
}

Result<void> write_user(Transaction& transaction, base::Random& random, std::string_view id, model::Role role,
                        const UserChange& change) {
    auto written = told(
        transaction.execute("update auth_users set role = :role, changed_ms = {now_ms}, row_version = row_version + 1"
                            " where tenant_id = :tenant and id = :id",
                            {{"role", model::role_name(role)}, {"id", id}}));
    if (written && change.name) written = write_name(transaction, id, *change.name);
    if (written && change.email) written = write_email(transaction, random, id, *change.email);
    return written;
}

Result<std::int64_t> remove_user(Transaction& transaction, std::string_view id) {
    const auto revoked = transaction.execute(
        "update auth_keys set revoked_ms = {now_ms}, row_version = row_version + 1"
        " where tenant_id = :tenant and user_id = :id and revoked_ms is null",
        {{"id", id}});
    if (!revoked) return revoked;
    const auto gone =
        transaction.execute("delete from auth_users where tenant_id = :tenant and id = :id", {{"id", id}});
    if (!gone) return gone;
    return revoked;
}

}  // namespace auth
