#include "services/upload/uploads.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json.hpp"
#include "services/upload/announcements.hpp"
#include "store/work.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::fail;
using store::Transaction;

constexpr std::array<std::string_view, 4> state_names{"open", "finished", "failed", "expired"};

// What was written by somebody who has not yet noticed that it is over must be there to be erased.
constexpr std::chrono::milliseconds erase_delay{10'000};

const std::string columns =
    "id, session_id, owner_id, blob_key, blob_upload_id, length_bytes, offset_bytes, tail_key, tail_bytes, media_type,"
    " file_name, file_name_key_id, state, resumable, ends_session, recording, content_hash, lease_token, expires_ms";

std::string_view name_of(State state) {
    return state_names.at(std::to_underlying(state));
}

State state_of(std::string_view name) {
    return State(std::ranges::find(state_names, name) - state_names.begin());
}

Upload upload_of(const store::Row& row) {
    return {.id = row.text("id"),
            .session_id = row.text("session_id"),
            .owner_id = row.text("owner_id"),
            .blob_key = row.text("blob_key"),
            .blob_upload_id = row.text("blob_upload_id"),
            .length_bytes = row.optional_integer("length_bytes"),
            .offset_bytes = row.integer("offset_bytes"),
            .tail_key = row.text("tail_key"),
            .tail_bytes = row.integer("tail_bytes"),
            .media_type = row.text("media_type"),
            .file_name = {row.bytes("file_name"), row.text("file_name_key_id")},
            .state = state_of(row.text("state")),
            .resumable = row.flag("resumable"),
            .ends_session = row.flag("ends_session"),
            .recording = row.flag("recording"),
            .content_hash = row.text("content_hash"),
            .lease_token = row.integer("lease_token"),
            .expires_ms = row.integer("expires_ms")};
}

std::unexpected<base::Error> no_upload() {
    return fail(ErrorCode::not_found, "there is no such upload");
}

std::unexpected<base::Error> gone(State state) {
    return fail(ErrorCode::upload_gone, "the upload is " + std::string(name_of(state)) + "; begin another");
}

base::Result<Upload> one_of_rows(const base::Result<std::optional<store::Row>>& row) {
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return no_upload();
    return upload_of(**row);
}

base::Result<void> exactly_one(const base::Result<std::int64_t>& changed) {
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 1) return {};
    return fail(ErrorCode::lease_lost, "another request has taken over the upload, or it has ended");
}

base::Result<void> done(const base::Result<std::int64_t>& changed) {
    if (!changed) return std::unexpected(changed.error());
    return {};
}

}  // namespace

base::Result<void> insert_upload(Transaction& transaction, const Upload& upload, std::chrono::milliseconds expires) {
    const auto erased = transaction.query_one("select id from upload_erased where tenant_id = :tenant and id = :id",
                                              {{"id", upload.session_id}});
    if (!erased) return std::unexpected(erased.error());
    if (erased->has_value()) return fail(ErrorCode::not_found, "the session was deleted");
    return done(transaction.execute(
        "insert into upload_uploads (tenant_id, " + columns +
            ", lease_expires_ms, created_ms, row_version) values"
            " (:tenant, :id, :session, :owner, :blob_key, :blob_upload, :length, 0, '', 0, :media_type, :file_name, "
            ":key_id,"
            " 'open', :resumable, :ends_session, :recording, '', 0, {now_ms} + :expires, 0, {now_ms}, 1)",
        {{"id", upload.id},
         {"session", upload.session_id},
         {"owner", upload.owner_id},
         {"blob_key", upload.blob_key},
         {"blob_upload", upload.blob_upload_id},
         {"length", upload.length_bytes},
         {"media_type", upload.media_type},
         {"file_name", upload.file_name.bytes},
         {"key_id", upload.file_name.key_id},
         {"resumable", upload.resumable},
         {"ends_session", upload.ends_session},
         {"recording", upload.recording},
         {"expires", std::int64_t{expires.count()}}}));
}

base::Result<Upload> find_upload(store::Reading& reading, std::string_view id) {
    return one_of_rows(reading.query_one(
        "select " + columns + " from upload_uploads where tenant_id = :tenant and id = :id", {{"id", id}}));
}

base::Result<Upload> find_video(store::Reading& reading, std::string_view session_id) {
    auto found = one_of_rows(reading.query_one("select " + columns +
                                                   " from upload_uploads where tenant_id = :tenant"
                                                   " and session_id = :session and state = 'finished'",
                                               {{"session", session_id}}));
    if (!found && found.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found, "the session has no video, or there is no such session");
    return found;
}

base::Result<Upload> take_lease(Transaction& transaction, std::string_view id, std::chrono::milliseconds lease) {
    const auto taken = transaction.query_one(
        "update upload_uploads set lease_token = lease_token + 1, lease_expires_ms = {now_ms} + :lease,"
        " row_version = row_version + 1 where tenant_id = :tenant and id = :id and state = 'open'"
        " and lease_expires_ms <= {now_ms} returning " +
            columns,
        {{"id", id}, {"lease", std::int64_t{lease.count()}}});
    if (!taken) return std::unexpected(taken.error());
    if (taken->has_value()) return upload_of(**taken);
    const auto found = find_upload(transaction, id);
    if (!found) return found;
    if (found->state != State::open) return gone(found->state);
    return fail(ErrorCode::blob_busy, "another request writes to this upload; try again later");
}

base::Result<void> hold_lease(Transaction& transaction, const Upload& upload, std::chrono::milliseconds lease) {
    return exactly_one(transaction.execute(
        "update upload_uploads set lease_expires_ms = {now_ms} + :lease where"
        " tenant_id = :tenant and id = :id and lease_token = :token and state = "
        "'open'",
        {{"id", upload.id}, {"token", upload.lease_token}, {"lease", std::int64_t{lease.count()}}}));
}

base::Result<void> release_lease(Transaction& transaction, const Upload& upload) {
    return hold_lease(transaction, upload, std::chrono::milliseconds(0));
}

base::Result<void> advance(Transaction& transaction, const Upload& upload, std::chrono::milliseconds expires) {
    return exactly_one(transaction.execute(
        "update upload_uploads set offset_bytes = :offset, tail_key = :tail_key, tail_bytes = :tail_bytes,"
        " length_bytes = :length, expires_ms = {now_ms} + :expires, row_version = row_version + 1"
        " where tenant_id = :tenant and id = :id and lease_token = :token and state = 'open'",
        {{"id", upload.id},
         {"token", upload.lease_token},
         {"offset", upload.offset_bytes},
         {"tail_key", upload.tail_key},
         {"tail_bytes", upload.tail_bytes},
         {"length", upload.length_bytes},
         {"expires", std::int64_t{expires.count()}}}));
}

base::Result<bool> finish_upload(Transaction& transaction, std::string_view id, std::string_view content_hash) {
    const auto changed = transaction.execute(
        "update upload_uploads set state = 'finished', content_hash = :hash, lease_expires_ms = 0,"
        " tail_key = '', tail_bytes = 0, row_version = row_version + 1"
        " where tenant_id = :tenant and id = :id and state = 'open' and offset_bytes = length_bytes",
        {{"id", id}, {"hash", content_hash}});
    if (!changed && changed.error().code == ErrorCode::conflict)
        return fail(ErrorCode::conflict, "the session has a video already");
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 1) return true;
    const auto found = find_upload(transaction, id);
    if (!found) return std::unexpected(found.error());
    if (found->state != State::finished) return gone(found->state);
    return false;
}

base::Result<bool> end_upload(Transaction& transaction, const Upload& upload, State state) {
    const auto changed = transaction.execute(
        "update upload_uploads set state = :state, lease_expires_ms = 0, row_version = row_version + 1"
        " where tenant_id = :tenant and id = :id and state = 'open'",
        {{"id", upload.id}, {"state", name_of(state)}});
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 0) return false;
    if (auto added = add_erase(transaction, upload, false); !added) return std::unexpected(added.error());
    return true;
}

base::Result<void> terminate(Transaction& transaction, const Upload& upload) {
    const auto removed =
        transaction.execute("delete from upload_uploads where tenant_id = :tenant and id = :id and state <> 'finished'",
                            {{"id", upload.id}});
    if (!removed) return std::unexpected(removed.error());
    if (*removed == 1) {
        const base::Error given_up{ErrorCode::upload_gone,
                                   "the upload was given up by who began it; begin another session"};
        if (auto told = tell_failed(transaction, upload, given_up); !told) return told;
        return add_erase(transaction, upload, false);
    }
    return fail(ErrorCode::conflict, "the upload is finished and its video belongs to the session: delete that");
}

base::Result<void> tell_failed(Transaction& transaction, const Upload& upload, const base::Error& error) {
    if (!upload.ends_session) return {};
    const auto others = transaction.query_one(
        "select count(*) as n from upload_uploads where tenant_id = :tenant and session_id = :session and id <> :id"
        " and state in ('open', 'finished')",
        {{"session", upload.session_id}, {"id", upload.id}});
    if (!others) return std::unexpected(others.error());
    if ((*others)->integer("n") > 0) return {};
    return announce_failed(transaction, upload, error);
}

base::Result<std::vector<Upload>> uploads_of(Transaction& transaction, std::string_view session_id) {
    const auto rows = transaction.query("select " + columns +
                                            " from upload_uploads where tenant_id = :tenant"
                                            " and session_id = :session order by id",
                                        {{"session", session_id}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<Upload> found;
    std::ranges::transform(*rows, std::back_inserter(found), upload_of);
    return found;
}

base::Result<void> remember_erased(Transaction& transaction, std::string_view session_id) {
    return done(
        transaction.execute("insert into upload_erased (tenant_id, id, created_ms) values (:tenant, :id, {now_ms})"
                            " on conflict (tenant_id, id) do nothing",
                            {{"id", session_id}}));
}

base::Result<void> delete_uploads_of(Transaction& transaction, std::string_view session_id) {
    return done(transaction.execute("delete from upload_uploads where tenant_id = :tenant and session_id = :session",
                                    {{"session", session_id}}));
}

base::Result<void> add_erase(Transaction& transaction, const Upload& upload, bool whole_session) {
    const std::string folder = "videos/" + upload.session_id + "/";
    const base::JsonObject payload{{"prefix", whole_session ? folder : upload.blob_key},
                                   {"blob_key", upload.blob_key},
                                   {"blob_upload_id", upload.blob_upload_id}};
    const std::string text = base::to_canonical_json(payload);
    const auto added = store::add_work(transaction, {.kind = "upload.erase",
                                                     .subject = upload.session_id,
                                                     .most_attempts = 20,
                                                     .delay = erase_delay,
                                                     .payload = text});
    if (!added) return std::unexpected(added.error());
    return {};
}

namespace {

base::Result<std::vector<UploadName>> names(store::System system, const std::string& sql, std::int64_t limit) {
    auto reading = system.read();
    if (!reading) return std::unexpected(reading.error());
    const auto rows = reading->query(sql, {{"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<UploadName> found;
    for (const store::Row& row : *rows)
        found.push_back({row.text("tenant_id"), row.text("id")});
    return found;
}

// One that cannot be resumed is over with its request; one that has all its bytes can still be finished.
const std::string abandoned =
    " state = 'open' and lease_expires_ms <= {now_ms} and (length_bytes is null or offset_bytes < length_bytes)"
    " and (expires_ms <= {now_ms} or resumable = 0)";

}  // namespace

base::Result<std::vector<UploadName>> abandoned_uploads(store::System system, std::int64_t limit) {
    return names(system, "select tenant_id, id from upload_uploads where" + abandoned + " order by id limit :limit",
                 limit);
}

base::Result<std::vector<UploadName>> unfinished_uploads(store::System system, std::int64_t limit) {
    return names(system,
                 "select tenant_id, id from upload_uploads where state = 'open' and lease_expires_ms <= {now_ms}"
                 " and offset_bytes = length_bytes order by id limit :limit",
                 limit);
}

base::Result<bool> is_abandoned(Transaction& transaction, std::string_view id) {
    const auto row = transaction.query_one(
        "select id from upload_uploads where tenant_id = :tenant and id = :id and" + abandoned + " {for_update}",
        {{"id", id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

}  // namespace upload
