#include "services/session/versions.hpp"

#include "base/ids.hpp"
#include "base/rfc3339.hpp"
#include "services/session/content.hpp"

namespace session {
namespace {

using base::Result;

TranscriptVersion version_of(const store::Row& row) {
    return {.id = row.text("id"),
            .session_id = row.text("session_id"),
            .version = row.integer("version"),
            .parent = row.text("parent"),
            .origin = row.text("origin"),
            .content_hash = row.text("content_hash"),
            .blob_key = row.text("blob_key"),
            .language = row.text("language"),
            .engine = row.text("engine"),
            .duration_seconds = row.real("duration_seconds"),
            .created_ms = row.integer("created_ms"),
            .created_by = row.text("created_by")};
}

Result<void> insert(store::Transaction& transaction, const TranscriptVersion& version) {
    const auto inserted = transaction.execute(
        "insert into session_transcripts (tenant_id, id, session_id, version, parent, origin, content_hash, blob_key,"
        " language, engine, duration_seconds, created_ms, created_by)"
        " values (:tenant, :id, :session_id, :version, :parent, :origin, :content_hash, :blob_key, :language, :engine,"
        " :duration_seconds, {now_ms}, :created_by)",
        {{"id", version.id},
         {"session_id", version.session_id},
         {"version", version.version},
         {"parent", version.parent},
         {"origin", version.origin},
         {"content_hash", version.content_hash},
         {"blob_key", version.blob_key},
         {"language", version.language},
         {"engine", version.engine},
         {"duration_seconds", version.duration_seconds},
         {"created_by", version.created_by}});
    if (!inserted) return std::unexpected(inserted.error());
    return {};
}

}  // namespace

TranscriptVersion next_version(std::string_view session_id, const std::optional<TranscriptVersion>& newest,
                               const model::Transcript& transcript, std::string_view content_hash) {
    const std::string parent = newest ? newest->id : std::string();
    const std::string natural_key = std::string(session_id) + "/" + std::string(content_hash) + "/" + parent;
    return {.id = base::derived_id("transcript", natural_key),
            .session_id = std::string(session_id),
            .version = newest ? newest->version + 1 : 1,
            .parent = parent,
            .content_hash = std::string(content_hash),
            .blob_key = content_key(session_id, content_hash),
            .language = transcript.language,
            .engine = transcript.engine,
            .duration_seconds = transcript.duration_seconds};
}

std::string content_tag(const TranscriptVersion& version) {
    return "\"" + version.content_hash + "\"";
}

base::Json to_json(const TranscriptVersion& version) {
    return base::JsonObject{{"transcript_id", version.id},
                            {"version", version.version},
                            {"parent", version.parent.empty() ? base::Json() : base::Json(version.parent)},
                            {"origin", version.origin},
                            {"content_hash", version.content_hash},
                            {"language", version.language},
                            {"engine", version.engine},
                            {"duration_seconds", version.duration_seconds},
                            {"created_at", base::to_rfc3339(base::from_unix_ms(version.created_ms))},
                            {"created_by", version.created_by}};
}

Result<std::optional<TranscriptVersion>> find_version(store::Reading& transaction, std::string_view session_id,
                                                      std::optional<std::int64_t> version) {
    const auto row = transaction.query_one(
        "select * from session_transcripts where tenant_id = :tenant and session_id = :session_id"
        " and version between :least and :most order by version desc limit 1",
        {{"session_id", session_id}, {"least", version.value_or(1)}, {"most", version.value_or(INT64_MAX)}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    return version_of(**row);
}

Result<std::string> find_run_of_newest(store::Reading& transaction, std::string_view session_id) {
    const auto row = transaction.query_one(
        "select created_by from session_transcripts where tenant_id = :tenant and session_id = :session_id"
        " and origin = :run order by version desc limit 1",
        {{"session_id", session_id}, {"run", made_by_run}});
    if (!row) return std::unexpected(row.error());
    return row->has_value() ? (*row)->text("created_by") : std::string();
}

Result<std::vector<TranscriptVersion>> list_versions(store::Reading& transaction, std::string_view session_id,
                                                     std::int64_t before, std::int64_t limit) {
    const auto rows = transaction.query(
        "select * from session_transcripts where tenant_id = :tenant and session_id = :session_id"
        " and version < :before order by version desc limit :limit",
        {{"session_id", session_id}, {"before", before == 0 ? INT64_MAX : before}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<TranscriptVersion> versions;
    for (const store::Row& row : *rows)
        versions.push_back(version_of(row));
    return versions;
}

Result<void> add_version(store::Transaction& transaction, SessionRecord& record, const TranscriptVersion& version,
                         const IndexedWords& words) {
    if (auto inserted = insert(transaction, version); !inserted) return inserted;
    record.session.transcript_id = version.id;
    record.transcript_version = version.version;
    record.duration_seconds = version.duration_seconds;
    return index_session(transaction, version.session_id, Place::transcript, words);
}

Result<void> delete_versions(store::Transaction& transaction, std::string_view session_id) {
    const auto deleted =
        transaction.execute("delete from session_transcripts where tenant_id = :tenant and session_id = :session_id",
                            {{"session_id", session_id}});
    if (!deleted) return std::unexpected(deleted.error());
    return {};
}

}  // namespace session
