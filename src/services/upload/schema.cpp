#include <array>

#include "services/upload/uploads.hpp"

namespace upload {
namespace {

constexpr std::string_view first = R"(
create table upload_uploads (
    tenant_id text not null, id text not null,
    session_id text not null, owner_id text not null,
    blob_key text not null, blob_upload_id text not null,
    length_bytes bigint, offset_bytes bigint not null,
    tail_key text not null, tail_bytes bigint not null,
    media_type text not null, file_name {blob} not null, file_name_key_id text not null,
    state text not null, resumable bigint not null, content_hash text not null,
    lease_token bigint not null, lease_expires_ms bigint not null,
    expires_ms bigint not null, created_ms bigint not null, row_version bigint not null,
    primary key (tenant_id, id));
create index upload_uploads_session on upload_uploads (tenant_id, session_id);
create unique index upload_uploads_video on upload_uploads (tenant_id, session_id) where state = 'finished';
create index upload_uploads_open on upload_uploads (expires_ms) where state = 'open';
)";

// Whether the session is over when its one request breaks off. upload_erased are sessions that are gone: an upload that
// began at the same moment must not outlive them.
constexpr std::string_view second = R"(
alter table upload_uploads add column ends_session bigint not null default 1;

create table upload_erased (
    tenant_id text not null, id text not null, created_ms bigint not null,
    primary key (tenant_id, id)) {clustered};
)";

// Whether what is there becomes the video when nobody goes on with it: of a live stream, whose process has died.
constexpr std::string_view third = R"(
alter table upload_uploads add column recording bigint not null default 0;
)";

constexpr std::array steps{store::Migration{"upload", 1, first}, store::Migration{"upload", 2, second},
                           store::Migration{"upload", 3, third}};

}  // namespace

std::span<const store::Migration> upload_migrations() {
    return steps;
}

}  // namespace upload
