#include "services/auth/key_wish.hpp"

namespace auth {
namespace {

using base::ErrorCode;
using base::fail;
using store::Transaction;

constexpr std::size_t longest_name_bytes = 200;
constexpr std::int64_t most_keys_a_user = 100;

Result<std::string> region_of(Transaction& transaction) {
    const auto row = transaction.query_one("select region from auth_tenants where id = :tenant");
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail(ErrorCode::not_found, "there is no such tenant");
    return (*row)->text("region");
}

// The role that the key's user has, if the principal may act for such a one.
Result<model::Role> role_of_user(Transaction& transaction, const model::Principal& principal,
                                 std::string_view user_id) {
    const auto row = transaction.query_one(
        "select role from auth_users where tenant_id = :tenant and id = :id {for_update}", {{"id", user_id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return fail(ErrorCode::not_found, "there is no such user to give a key to");
    const model::Role role = model::parse_role((*row)->text("role")).value();
    if (const auto may = may_grant(principal, role); !may) return std::unexpected(may.error());
    const auto keys = transaction.query_one(
        "select count(*) as keys from auth_keys where tenant_id = :tenant and user_id"
        " = :id and revoked_ms is null",
        {{"id", user_id}});
    if (!keys) return std::unexpected(keys.error());
    if ((*keys)->integer("keys") >= most_keys_a_user)
        return fail(ErrorCode::quota_exceeded, "the user has " + std::to_string(most_keys_a_user) +
                                                   " keys already; revoke some that are not used");
    return role;
}

}  // namespace

Result<KeyWish> parse_key_wish(const Request& request, base::UtcTime now) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the key");
    KeyWish wish{.name = fields.optional_text("name", longest_name_bytes).value_or(""),
                 .user_id = fields.optional_text("user_id")};
    const auto role = fields.optional_text("role");
    const base::Json* scopes = fields.any("scopes");
    const auto expires_at = fields.optional_text("expires_at");
    if (const auto read = fields.finish(); !read) return std::unexpected(read.error());
    if (role) {
        const auto parsed = model::parse_role(*role);
        if (!parsed) return std::unexpected(parsed.error());
        wish.role = *parsed;
    }
    if (scopes != nullptr) {
        auto parsed = parse_scopes(*scopes);
        if (!parsed) return std::unexpected(parsed.error());
        wish.scopes = *std::move(parsed);
    }
    if (expires_at) {
        const auto time = base::from_rfc3339(*expires_at);
        if (!time || *time <= now)
            return fail(ErrorCode::invalid_argument, "\"expires_at\" must be a time to come, as 2027-01-31T00:00:00Z");
        wish.expires_ms = base::to_unix_ms(*time);
    }
    return wish;
}

Result<KeyDraft> draft_of(Transaction& transaction, const model::Principal& principal, const KeyWish& wish,
                          const std::string& user_id) {
    auto region = region_of(transaction);
    if (!region) return std::unexpected(region.error());
    const auto most = role_of_user(transaction, principal, user_id);
    if (!most) return std::unexpected(most.error());
    KeyDraft draft{.region = *std::move(region),
                   .user_id = user_id,
                   .role = wish.role.value_or(std::min(*most, highest_role(principal))),
                   .scopes = wish.scopes.value_or(principal.scopes),
                   .name = wish.name,
                   .expires_ms = wish.expires_ms};
    if (const auto may = may_grant(principal, draft.role); !may) return std::unexpected(may.error());
    if (const auto may = may_grant(principal, draft.scopes); !may) return std::unexpected(may.error());
    if (draft.role > *most)
        return fail(ErrorCode::invalid_argument,
                    "a key's role cannot be above its user's, which is " + std::string(model::role_name(*most)));
    return draft;
}

}  // namespace auth
