#include "services/notification/schema.hpp"

namespace notification {
namespace {

// notification_heads: the newest number of a tenant's feed, and the newest that was swept away. An event or a body
// holds references only; where a webhook goes, what it is for, its secrets and what its receiver answers are sealed.
// `chain` counts the replays of a delivery, so that attempts of an older one end.
constexpr std::string_view first = R"(
create table notification_heads (
    tenant_id text not null, last_seq bigint not null, swept_seq bigint not null, changed_ms bigint not null,
    primary key (tenant_id));
create index notification_heads_changed on notification_heads (changed_ms);

create table notification_feed (
    tenant_id text not null, seq bigint not null, event_id text not null, session_id text not null,
    type text not null, event text not null, created_ms bigint not null,
    primary key (tenant_id, seq)) {clustered};
create unique index notification_feed_events on notification_feed (tenant_id, event_id);
create index notification_feed_sessions on notification_feed (tenant_id, session_id, seq);
create index notification_feed_created on notification_feed (created_ms);

create table notification_webhooks (
    tenant_id text not null, id text not null, row_version bigint not null,
    url {blob} not null, url_key_id text not null, description {blob} not null, description_key_id text not null,
    secret {blob} not null, secret_key_id text not null,
    old_secret {blob}, old_secret_key_id text, old_secret_until_ms bigint,
    types text not null, enabled bigint not null, disabled_reason text not null, failing_since_ms bigint,
    created_ms bigint not null, updated_ms bigint not null,
    primary key (tenant_id, id));

create table notification_deliveries (
    tenant_id text not null, id text not null, row_version bigint not null, webhook_id text not null,
    event_id text not null, type text not null, body text not null, traceparent text not null, state text not null,
    chain bigint not null, created_ms bigint not null, updated_ms bigint not null,
    primary key (tenant_id, id));
create index notification_deliveries_webhooks on notification_deliveries (tenant_id, webhook_id, created_ms, id);
create index notification_deliveries_ended on notification_deliveries (state, updated_ms);

create table notification_attempts (
    tenant_id text not null, id text not null, delivery_id text not null, started_ms bigint not null,
    status bigint, error_code text not null, duration_ms bigint not null,
    answer {blob} not null, answer_key_id text not null,
    primary key (tenant_id, id));
create index notification_attempts_deliveries on notification_attempts (tenant_id, delivery_id, started_ms, id);
)";

}  // namespace

std::vector<store::Migration> migrations() {
    return {{.service = "notification", .version = 1, .sql = first}};
}

}  // namespace notification
