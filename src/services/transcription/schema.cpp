#include "services/transcription/schema.hpp"

namespace transcription {
namespace {

// A run keeps its done segments after it has ended: a retry with the same engine takes them over. `plan` is the JSON of
// segment_rows.cpp; what was said is sealed. transcription_erased are sessions that are gone, whose late events must
// not bring anything back.
constexpr std::string_view first = R"(
create table transcription_runs (
    tenant_id text not null, id text not null, session_id text not null,
    blob_key text not null, language text not null, model text not null, priority bigint not null,
    engine text not null, state text not null, planned bigint not null,
    segments_total bigint not null, segments_remaining bigint not null,
    heard_samples bigint not null, expected_samples bigint not null, frame_rate_hz double precision not null,
    damages text not null, error_code text, error_message text,
    created_ms bigint not null, changed_ms bigint not null, row_version bigint not null,
    primary key (tenant_id, id));
create index transcription_runs_session on transcription_runs (tenant_id, session_id, created_ms, id);

create table transcription_segments (
    tenant_id text not null, run_id text not null, idx bigint not null,
    start_samples bigint not null, end_samples bigint not null, plan text not null,
    state text not null, skipped text not null, pcm_key text not null, engine text not null,
    text {blob}, text_key_id text, tokens bigint not null, changed_ms bigint not null,
    primary key (tenant_id, run_id, idx)) {clustered};

create table transcription_erased (
    tenant_id text not null, id text not null, created_ms bigint not null,
    primary key (tenant_id, id)) {clustered};
)";

// What a run listens for: whether there is something to ask the session service for; from the plan on, what tells the
// phrases apart, and the phrases, sealed.
constexpr std::string_view second = R"(
alter table transcription_runs add column asks_vocabulary bigint not null default 0;
alter table transcription_runs add column vocabulary text not null default '';
alter table transcription_runs add column phrases {blob};
alter table transcription_runs add column phrases_key_id text;
alter table transcription_runs add column multichannel bigint not null default 0;
alter table transcription_runs add column channels bigint not null default 0;
alter table transcription_runs add column speakers text not null default '';
)";

// Voices are biometric data. What is heard of them in a segment is kept while its run lasts (`voices`; they were in
// `text` before). Only where the tenant wants voices remembered (a row of transcription_voice_settings) more is kept,
// sealed: the mean of each speaker of a transcript (transcription_speakers), and with voice_id, whose voice a person
// (named) or the machine says it is; a voice is the mean of what persons have named, and gone without. `space`: vectors
// of one can be compared.
constexpr std::string_view third = R"(
alter table transcription_segments add column voices {blob};
alter table transcription_segments add column voices_key_id text;
alter table transcription_runs add column voice_space text not null default '';
delete from transcription_segments where exists (
    select 1 from transcription_runs as run where run.tenant_id = transcription_segments.tenant_id
    and run.id = transcription_segments.run_id and run.speakers <> ''
    and run.state in ('completed', 'failed', 'cancelled'));

create table transcription_voice_settings (
    tenant_id text not null, id text not null, changed_ms bigint not null,
    primary key (tenant_id, id)) {clustered};

create table transcription_voices (
    tenant_id text not null, id text not null, name {blob} not null, name_key_id text not null,
    voice {blob} not null, voice_key_id text not null, space text not null, created_ms bigint not null,
    primary key (tenant_id, id));

create table transcription_speakers (
    tenant_id text not null, run_id text not null, label text not null, session_id text not null,
    voice {blob} not null, voice_key_id text not null, space text not null, windows bigint not null,
    voice_id text not null, named bigint not null, transcript_version bigint not null, created_ms bigint not null,
    primary key (tenant_id, run_id, label));
create index transcription_speakers_session on transcription_speakers (tenant_id, session_id);
create index transcription_speakers_voice on transcription_speakers (tenant_id, voice_id, named, created_ms);
)";

// When a voice was forgotten last: what was said before must not bring it back.
constexpr std::string_view fourth = R"(
alter table transcription_voice_settings add column forgotten_ms bigint not null default 0;
)";

}  // namespace

std::vector<store::Migration> migrations() {
    return {{.service = "transcription", .version = 1, .sql = first},
            {.service = "transcription", .version = 2, .sql = second},
            {.service = "transcription", .version = 3, .sql = third},
            {.service = "transcription", .version = 4, .sql = fourth}};
}

}  // namespace transcription
