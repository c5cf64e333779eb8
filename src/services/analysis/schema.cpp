#include "services/analysis/schema.hpp"

namespace analysis {
namespace {

// analysis_erased remembers deleted sessions, so that a late event does not bring one back: events of different topics
// have no order.
constexpr std::string_view first = R"(
create table analysis_analyses (
    tenant_id text not null, id text not null, row_version bigint not null, session_id text not null,
    transcript_hash text not null, state text not null, told_ms bigint not null, version bigint not null,
    findings {blob}, findings_key_id text, error_code text, error_message text,
    primary key (tenant_id, id));
create index analysis_sessions on analysis_analyses (tenant_id, session_id);

create table analysis_erased (
    tenant_id text not null, id text not null, created_ms bigint not null,
    primary key (tenant_id, id));
)";

}  // namespace

std::vector<store::Migration> migrations() {
    return {{"analysis", 1, first}};
}

}  // namespace analysis
