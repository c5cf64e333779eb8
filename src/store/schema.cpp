#include <array>

#include "store/migrations.hpp"

namespace store {
namespace {

constexpr std::string_view first = R"(
create table outbox (
    tenant_id text not null, id text not null,
    topic text not null, partition_key text not null, event text not null,
    order_key text not null, created_ms bigint not null, published_ms bigint,
    primary key (tenant_id, id));
create index outbox_unpublished on outbox (order_key) where published_ms is null;
create index outbox_published on outbox (published_ms) where published_ms is not null;

create table inbox (
    tenant_id text not null, consumer text not null, event_id text not null, seen_ms bigint not null,
    primary key (tenant_id, consumer, event_id)) {clustered};
create index inbox_seen on inbox (seen_ms);

create table audit (
    tenant_id text not null, id text not null, created_ms bigint not null,
    record text not null, salt {blob}, leaf_hash {blob} not null, tree_index bigint,
    primary key (tenant_id, id));
create index audit_unsequenced on audit (tenant_id, id) where tree_index is null;

create table idempotency (
    tenant_id text not null, key_hash text not null, request_hash text not null,
    state text not null, token bigint not null, created_ms bigint not null, expires_ms bigint not null,
    status bigint, headers text, body {blob},
    primary key (tenant_id, key_hash)) {clustered};
create index idempotency_expiry on idempotency (expires_ms);

create table work (
    tenant_id text not null, id text not null,
    kind text not null, subject text not null, requirement text not null, priority bigint not null,
    state text not null, owner text not null, lease_expires_ms bigint not null, token bigint not null,
    attempts bigint not null, most_attempts bigint not null, not_before_ms bigint not null,
    payload text not null, correlation_id text not null, traceparent text not null,
    error text not null, created_ms bigint not null, changed_ms bigint not null,
    primary key (tenant_id, id));
create index work_choice on work (kind, state, tenant_id, priority desc, created_ms, id);
create index work_leases on work (lease_expires_ms) where state = 'leased';
create index work_open on work (kind, state) where state in ('ready', 'leased', 'dead');
create index work_subjects on work (tenant_id, subject, kind);
create index work_ended on work (changed_ms) where state in ('done', 'buried', 'cancelled');

create table leases (
    name text not null primary key, owner text not null, token bigint not null, expires_ms bigint not null) {clustered};
)";

// Answers are personal texts: under which key they are sealed. Those of before are dropped; they lived for a day.
constexpr std::string_view second = R"(
delete from idempotency;
alter table idempotency add column body_key_id text;
)";

constexpr std::array own{Migration{"store", 1, first}, Migration{"store", 2, second}};

}  // namespace

std::span<const Migration> own_migrations() {
    return own;
}

}  // namespace store
