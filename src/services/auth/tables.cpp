#include "services/auth/tables.hpp"

namespace auth {
namespace {

// A tenant's row belongs to the tenant whose platform administrator made it (`tenant_id`), so that it changes in a
// transaction of that tenant, also while its own tenant (`id`) takes no writes.
constexpr std::string_view first = R"(
create table auth_tenants (
    tenant_id text not null, id text not null,
    region text not null, shard text not null, epoch bigint not null, state text not null,
    created_ms bigint not null, row_version bigint not null,
    primary key (tenant_id, id));
create unique index auth_tenants_ids on auth_tenants (id);

create table auth_users (
    tenant_id text not null, id text not null, role text not null,
    name {blob} not null, name_key_id text not null,
    email {blob}, email_key_id text, email_hash {blob},
    created_ms bigint not null, changed_ms bigint not null, row_version bigint not null,
    primary key (tenant_id, id));
create unique index auth_users_emails on auth_users (tenant_id, email_hash) where email_hash is not null;

create table auth_keys (
    tenant_id text not null, id text not null, user_id text not null,
    role text not null, scopes text not null,
    name {blob} not null, name_key_id text not null,
    secret_hash {blob} not null, bootstrap bigint not null,
    created_ms bigint not null, expires_ms bigint, revoked_ms bigint, last_used_ms bigint, row_version bigint not null,
    primary key (tenant_id, id));
create index auth_keys_users on auth_keys (tenant_id, user_id);

create table auth_secrets (
    tenant_id text not null, id text not null, secret {blob} not null, secret_key_id text not null,
    primary key (tenant_id, id)) {clustered};
)";

}  // namespace

std::vector<store::Migration> migrations() {
    return {{"auth", 1, first}};
}

}  // namespace auth
