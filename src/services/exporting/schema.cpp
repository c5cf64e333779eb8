#include "services/exporting/schema.hpp"

namespace exporting {
namespace {

// exporting_erased remembers deleted sessions, so that nobody exports one while its blobs are erased.
constexpr std::string_view first = R"(
create table exporting_exports (
    tenant_id text not null, id text not null, row_version bigint not null, session_id text not null,
    transcript_version bigint not null, format text not null, rules text not null, rule_settings text not null,
    strict bigint not null, state text not null, size_bytes bigint not null, content_hash text not null,
    violation_count bigint not null, violations text not null, title {blob}, title_key_id text,
    error_code text not null, error_message text not null, created_ms bigint not null, updated_ms bigint not null,
    primary key (tenant_id, id));
create index exporting_sessions on exporting_exports (tenant_id, session_id, created_ms, id);

create table exporting_erased (
    tenant_id text not null, id text not null, created_ms bigint not null,
    primary key (tenant_id, id));
)";

constexpr std::string_view wording = R"(
alter table exporting_exports add column figures bigint not null default 0;
alter table exporting_exports add column mask_profanity bigint not null default 0;
)";

}  // namespace

std::vector<store::Migration> migrations() {
    return {{"exporting", 1, first}, {"exporting", 2, wording}};
}

}  // namespace exporting
