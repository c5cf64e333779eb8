#include "services/session/schema.hpp"

namespace session {
namespace {

// Versions of transcripts are immutable. session_terms is the blind index (search_index.hpp); session_term_lists says
// which of its rows are a session's, so that they are found again without a second index over all of them.
constexpr std::string_view first = R"(
create table session_sessions (
    tenant_id text not null, id text not null, row_version bigint not null, owner_id text not null,
    state text not null, progress double precision not null, has_video bigint not null,
    run_id text not null, run_number bigint not null, transcript_id text not null, transcript_version bigint,
    error_code text, error_message text, duration_seconds double precision,
    title {blob} not null, title_key_id text not null, language text not null, model text not null,
    priority bigint not null, video_key text not null, created_ms bigint not null, updated_ms bigint not null,
    primary key (tenant_id, id));
create index session_newest on session_sessions (tenant_id, created_ms, id);
create index session_states on session_sessions (tenant_id, state, created_ms, id);

create table session_transcripts (
    tenant_id text not null, id text not null, session_id text not null, version bigint not null,
    parent text not null, origin text not null, content_hash text not null, blob_key text not null,
    language text not null, engine text not null, duration_seconds double precision not null,
    created_ms bigint not null, created_by text not null,
    primary key (tenant_id, id));
create unique index session_versions on session_transcripts (tenant_id, session_id, version);

create table session_terms (
    tenant_id text not null, term {blob} not null, session_id text not null,
    primary key (tenant_id, term, session_id)) {clustered};

create table session_term_lists (
    tenant_id text not null, id text not null, row_version bigint not null,
    title_terms {blob} not null, transcript_terms {blob} not null, was_cut bigint not null,
    primary key (tenant_id, id));

create table session_search_keys (
    tenant_id text not null, id text not null, search_key {blob} not null, search_key_key_id text not null,
    primary key (tenant_id, id));
)";

// Sessions that were deleted: a repeated call of the mesh must not make one again.
constexpr std::string_view second = R"(
create table session_erased (
    tenant_id text not null, id text not null, created_ms bigint not null,
    primary key (tenant_id, id)) {clustered};
)";

// Words to listen for, sealed: a session's under its id, the tenant's under an empty one. What a user has to know of
// the newest transcript that a run made.
constexpr std::string_view third = R"(
create table session_vocabularies (
    tenant_id text not null, id text not null, phrases {blob} not null, phrases_key_id text not null,
    changed_ms bigint not null,
    primary key (tenant_id, id));
alter table session_sessions add column warning_code text not null default '';
alter table session_sessions add column multichannel bigint not null default 0;
alter table session_sessions add column speakers text not null default '';
)";

}  // namespace

std::vector<store::Migration> migrations() {
    return {{"session", 1, first}, {"session", 2, second}, {"session", 3, third}};
}

}  // namespace session
