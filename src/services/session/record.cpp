#include "services/session/record.hpp"

#include "base/ids.hpp"
#include "base/rfc3339.hpp"
#include "model/warnings.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::fail;
using base::Json;
using base::Result;
using store::Row;

constexpr std::string_view select_one = "select * from session_sessions where tenant_id = :tenant and id = :id";

std::string time_text(std::int64_t time_ms) {
    return base::to_rfc3339(base::from_unix_ms(time_ms));
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

Json error_json(const std::optional<model::SessionError>& error) {
    if (!error) return {};
    return base::JsonObject{{"code", error->code}, {"message", error->message}};
}

Json warning_json(const std::string& code) {
    if (code.empty()) return {};
    return base::JsonObject{{"code", code}, {"message", model::language_warning().message}};
}

model::Session state_of(const Row& row, const std::string& tenant_id) {
    model::Session session{.tenant_id = tenant_id,
                           .id = row.text("id"),
                           .owner_id = row.text("owner_id"),
                           .state = model::parse_session_state(row.text("state")).value(),
                           .progress = row.real("progress"),
                           .has_video = row.flag("has_video"),
                           .run_id = row.text("run_id"),
                           .transcript_id = row.text("transcript_id"),
                           .row_version = row.integer("row_version")};
    if (!row.is_null("error_code"))
        session.error = model::SessionError{row.text("error_code"), row.text("error_message")};
    return session;
}

std::optional<double> optional_real(const Row& row, std::string_view column) {
    if (row.is_null(column)) return std::nullopt;
    return row.real(column);
}

template <class T>
Result<SessionRecord> record_of(T& transaction, const Row& row) {
    auto title = transaction.unseal({row.bytes("title"), row.text("title_key_id")});
    if (!title) return std::unexpected(title.error());
    return SessionRecord{.session = state_of(row, transaction.tenant_id()),
                         .said = {std::move(*title), row.text("language"), row.text("model"), row.text("speakers"),
                                  row.integer("priority"), row.flag("multichannel")},
                         .run_number = row.integer("run_number"),
                         .video_key = row.text("video_key"),
                         .transcript_version = row.optional_integer("transcript_version"),
                         .duration_seconds = optional_real(row, "duration_seconds"),
                         .warning_code = row.text("warning_code"),
                         .created_ms = row.integer("created_ms"),
                         .updated_ms = row.integer("updated_ms")};
}

template <class T>
Result<std::optional<SessionRecord>> find(T& transaction, const std::string& sql, std::string_view id) {
    const auto row = transaction.query_one(sql, {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    auto record = record_of(transaction, **row);
    if (!record) return std::unexpected(record.error());
    return std::move(*record);
}

template <class T>
Result<SessionRecord> get(T& transaction, std::string_view id) {
    auto record = find_session(transaction, id);
    if (!record) return std::unexpected(record.error());
    if (!record->has_value()) return fail(ErrorCode::not_found, "there is no session of that id");
    return std::move(**record);
}

Result<void> write_changes(store::Transaction& transaction, const SessionRecord& before, SessionRecord& after) {
    const auto title = transaction.seal(after.said.title);
    if (!title) return std::unexpected(title.error());
    const model::Session& session = after.session;
    const auto error_code = session.error ? std::optional(session.error->code) : std::nullopt;
    const auto error_message = session.error ? std::optional(session.error->message) : std::nullopt;
    const auto row = transaction.query_one(
        "update session_sessions set row_version = :row_version, state = :state, progress = :progress,"
        " has_video = :has_video, run_id = :run_id, run_number = :run_number, transcript_id = :transcript_id,"
        " transcript_version = :transcript_version, error_code = :error_code, error_message = :error_message,"
        " duration_seconds = :duration_seconds, warning_code = :warning_code, title = :title,"
        " title_key_id = :title_key_id, language = :language, model = :model, multichannel = :multichannel,"
        " speakers = :speakers, video_key = :video_key, updated_ms = {now_ms}"
        " where tenant_id = :tenant and id = :id and row_version = :version_read returning updated_ms",
        {{"id", session.id},
         {"version_read", before.session.row_version},
         {"row_version", session.row_version},
         {"state", model::state_name(session.state)},
         {"progress", session.progress},
         {"has_video", session.has_video},
         {"run_id", session.run_id},
         {"run_number", after.run_number},
         {"transcript_id", session.transcript_id},
         {"transcript_version", after.transcript_version},
         {"error_code", error_code},
         {"error_message", error_message},
         {"duration_seconds", after.duration_seconds},
         {"warning_code", after.warning_code},
         {"title", title->bytes},
         {"title_key_id", title->key_id},
         {"language", after.said.language},
         {"model", after.said.model},
         {"multichannel", after.said.multichannel},
         {"speakers", after.said.speakers},
         {"video_key", after.video_key}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value())
        return transaction.abort({ErrorCode::database_busy, "the session was changed at the same moment; try again"});
    after.updated_ms = (*row)->integer("updated_ms");
    return {};
}

}  // namespace

std::string run_id_of(std::string_view session_id, std::int64_t run_number) {
    return base::derived_id("run", std::string(session_id) + "/" + std::to_string(run_number));
}

Json to_json(const SessionRecord& record) {
    const model::Session& session = record.session;
    return base::JsonObject{{"id", session.id},
                            {"status", model::state_name(session.state)},
                            {"progress", session.progress},
                            {"title", record.said.title},
                            {"language", record.said.language},
                            {"model", record.said.model},
                            {"multichannel", record.said.multichannel},
                            {"speakers", record.said.speakers.empty() ? Json() : Json(record.said.speakers)},
                            {"created_at", time_text(record.created_ms)},
                            {"updated_at", time_text(record.updated_ms)},
                            {"owner_id", session.owner_id},
                            {"has_video", session.has_video},
                            {"run_id", session.run_id.empty() ? Json() : Json(session.run_id)},
                            {"transcript_version", or_null(record.transcript_version)},
                            {"duration_seconds", or_null(record.duration_seconds)},
                            {"error", error_json(session.error)},
                            {"warning", warning_json(record.warning_code)}};
}

Result<std::optional<SessionRecord>> find_session(store::ReadTransaction& transaction, std::string_view id) {
    return find(transaction, std::string(select_one), id);
}

Result<std::optional<SessionRecord>> find_session(store::Transaction& transaction, std::string_view id) {
    return find(transaction, std::string(select_one) + " {for_update}", id);
}

Result<SessionRecord> get_session(store::ReadTransaction& transaction, std::string_view id) {
    return get(transaction, id);
}

Result<SessionRecord> get_session(store::Transaction& transaction, std::string_view id) {
    return get(transaction, id);
}

Result<void> insert_session(store::Transaction& transaction, SessionRecord& record) {
    const auto title = transaction.seal(record.said.title);
    if (!title) return std::unexpected(title.error());
    const auto row = transaction.query_one(
        "insert into session_sessions (tenant_id, id, row_version, owner_id, state, progress, has_video, run_id,"
        " run_number, transcript_id, title, title_key_id, language, model, speakers, priority, multichannel,"
        " video_key, created_ms, updated_ms)"
        " values (:tenant, :id, :row_version, :owner_id, :state, 0, 0, '', 0, '', :title, :title_key_id, :language,"
        " :model, :speakers, :priority, :multichannel, '', {now_ms}, {now_ms}) returning created_ms",
        {{"id", record.session.id},
         {"row_version", record.session.row_version},
         {"owner_id", record.session.owner_id},
         {"state", model::state_name(record.session.state)},
         {"title", title->bytes},
         {"title_key_id", title->key_id},
         {"language", record.said.language},
         {"model", record.said.model},
         {"speakers", record.said.speakers},
         {"priority", record.said.priority},
         {"multichannel", record.said.multichannel}});
    if (!row) return std::unexpected(row.error());
    record.created_ms = record.updated_ms = (*row)->integer("created_ms");
    return {};
}

Result<void> save_session(store::Transaction& transaction, const SessionRecord& before, SessionRecord& after) {
    if (after == before) return {};
    if (after.session.row_version == before.session.row_version) ++after.session.row_version;
    return write_changes(transaction, before, after);
}

Result<bool> change_session(store::Transaction& transaction, SessionRecord& record,
                            const model::SessionChange& change) {
    auto changed = model::apply(record.session, change);
    if (!changed) return std::unexpected(changed.error());
    const SessionRecord before = record;
    record.session = std::move(*changed);
    const auto saved = save_session(transaction, before, record);
    if (!saved) return std::unexpected(saved.error());
    return record != before;
}

Result<void> refuse_session(store::Transaction& transaction, std::string_view id) {
    const auto remembered = transaction.execute(
        "insert into session_erased (tenant_id, id, created_ms) values (:tenant, :id, {now_ms})"
        " on conflict (tenant_id, id) do nothing",
        {{"id", id}});
    if (!remembered) return std::unexpected(remembered.error());
    return {};
}

Result<void> delete_session(store::Transaction& transaction, std::string_view id) {
    if (auto refused = refuse_session(transaction, id); !refused) return refused;
    const auto deleted =
        transaction.execute("delete from session_sessions where tenant_id = :tenant and id = :id", {{"id", id}});
    if (!deleted) return std::unexpected(deleted.error());
    return {};
}

Result<bool> was_deleted(store::Transaction& transaction, std::string_view id) {
    const auto row =
        transaction.query_one("select id from session_erased where tenant_id = :tenant and id = :id", {{"id", id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

Result<SessionRecord> read_session(store::ReadTransaction& transaction, const Row& row) {
    return record_of(transaction, row);
}

}  // namespace session
