#include "services/transcription/run_rows.hpp"

#include <utility>

#include "base/json.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

std::string select_runs(std::string_view rest) {
    return "select tenant_id, id, session_id, blob_key, language, model, speakers, priority, engine, state, planned,"
           " multichannel, channels, segments_total, segments_remaining, heard_samples, expected_samples,"
           " frame_rate_hz, damages, error_code, error_message, asks_vocabulary, vocabulary, voice_space, created_ms,"
           " row_version"
           " from transcription_runs"
           " where tenant_id = :tenant and " +
           std::string(rest);
}

model::Run run_of(const store::Row& row) {
    model::Run run{.tenant_id = row.text("tenant_id"),
                   .id = row.text("id"),
                   .session_id = row.text("session_id"),
                   .engine = row.text("engine"),
                   .state = model::parse_run_state(row.text("state")).value_or(model::RunState::failed),
                   .planned = row.flag("planned"),
                   .segments_total = row.integer("segments_total"),
                   .segments_remaining = row.integer("segments_remaining"),
                   .error = {},
                   .row_version = row.integer("row_version")};
    if (auto code = row.optional_text("error_code")) {
        run.error = model::SessionError{*std::move(code), row.optional_text("error_message").value_or("")};
    }
    return run;
}

RunRow row_of(const store::Row& row) {
    return {.run = run_of(row),
            .blob_key = row.text("blob_key"),
            .language = row.text("language"),
            .model = row.text("model"),
            .speakers = row.text("speakers"),
            .priority = row.integer("priority"),
            .multichannel = row.flag("multichannel"),
            .channels = row.integer("channels"),
            .heard_samples = row.integer("heard_samples"),
            .expected_samples = row.integer("expected_samples"),
            .frame_rate_hz = row.real("frame_rate_hz"),
            .damages = row.text("damages"),
            .asks_vocabulary = row.flag("asks_vocabulary"),
            .vocabulary = row.text("vocabulary"),
            .voice_space = row.text("voice_space"),
            .created_ms = row.integer("created_ms")};
}

base::Result<std::optional<RunRow>> one_of(const base::Result<std::optional<store::Row>>& row) {
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    return row_of(**row);
}

std::optional<std::string> error_part(const model::Run& run, std::string model::SessionError::* part) {
    if (!run.error) return std::nullopt;
    return (*run.error).*part;
}

}  // namespace

base::Result<bool> insert_run(store::Transaction& transaction, const RunRow& row) {
    const auto inserted = transaction.execute(
        "insert into transcription_runs (tenant_id, id, session_id, blob_key, language, model, speakers, priority,"
        " multichannel, channels, engine, state, planned, segments_total, segments_remaining, heard_samples,"
        " expected_samples, frame_rate_hz, damages, asks_vocabulary, created_ms, changed_ms, row_version)"
        " values (:tenant, :id, :session_id, :blob_key, :language, :model, :speakers, :priority, :multichannel, 0, '',"
        " :state, 0, 0, 0, 0, 0, 0,"
        " '[]', :asks_vocabulary, {now_ms}, {now_ms}, 1) on conflict (tenant_id, id) do nothing",
        {{"id", row.run.id},
         {"session_id", row.run.session_id},
         {"blob_key", row.blob_key},
         {"language", row.language},
         {"model", row.model},
         {"speakers", row.speakers},
         {"priority", row.priority},
         {"multichannel", row.multichannel},
         {"asks_vocabulary", row.asks_vocabulary},
         {"state", model::state_name(row.run.state)}});
    if (!inserted) return std::unexpected(inserted.error());
    return *inserted == 1;
}

base::Result<std::optional<RunRow>> find_run(store::Reading& reading, std::string_view run_id) {
    return one_of(reading.query_one(select_runs("id = :id"), {{"id", run_id}}));
}

base::Result<std::optional<RunRow>> lock_run(store::Transaction& transaction, std::string_view run_id) {
    return one_of(transaction.query_one(select_runs("id = :id {for_update}"), {{"id", run_id}}));
}

base::Result<void> change(RunRow& row, const model::RunChange& change) {
    auto after = model::apply(row.run, change);
    if (!after) return std::unexpected(std::move(after.error()));
    row.run = *std::move(after);
    return {};
}

base::Result<void> save_run(store::Transaction& transaction, const RunRow& before, const RunRow& after) {
    const auto saved = transaction.execute(
        "update transcription_runs set language = :language, engine = :engine, state = :state, planned = :planned,"
        " segments_total = :segments_total, segments_remaining = :segments_remaining, heard_samples = :heard_samples,"
        " channels = :channels, expected_samples = :expected_samples, frame_rate_hz = :frame_rate_hz,"
        " damages = :damages, error_code = :error_code, error_message = :error_message, vocabulary = :vocabulary,"
        " voice_space = :voice_space, changed_ms = {now_ms}, row_version = :row_version"
        " where tenant_id = :tenant and id = :id and row_version = :version_before",
        {{"id", after.run.id},
         {"language", after.language},
         {"engine", after.run.engine},
         {"state", model::state_name(after.run.state)},
         {"planned", after.run.planned},
         {"segments_total", after.run.segments_total},
         {"segments_remaining", after.run.segments_remaining},
         {"heard_samples", after.heard_samples},
         {"channels", after.channels},
         {"expected_samples", after.expected_samples},
         {"frame_rate_hz", after.frame_rate_hz},
         {"damages", after.damages},
         {"error_code", error_part(after.run, &model::SessionError::code)},
         {"error_message", error_part(after.run, &model::SessionError::message)},
         {"vocabulary", after.vocabulary},
         {"voice_space", after.voice_space},
         {"row_version", after.run.row_version},
         {"version_before", before.run.row_version}});
    if (!saved) return std::unexpected(saved.error());
    if (*saved != 1) return transaction.abort({base::ErrorCode::internal, "the run changed although it was locked"});
    if (!model::begins_assembly(before.run, after.run)) return {};
    return add_assembly(transaction, after);
}

base::Result<std::vector<RunRow>> runs_of(store::Reading& reading, std::string_view session_id, const RunPlace& after,
                                          std::int64_t limit) {
    const auto rows = reading.query(
        select_runs("session_id = :session_id and (created_ms > :created_ms or (created_ms = :created_ms and id > :id))"
                    " order by created_ms, id limit :limit"),
        {{"session_id", session_id}, {"created_ms", after.created_ms}, {"id", after.id}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<RunRow> runs;
    for (const store::Row& row : *rows)
        runs.push_back(row_of(row));
    return runs;
}

base::Result<void> save_phrases(store::Transaction& transaction, std::string_view run_id,
                                const std::vector<std::string>& phrases) {
    base::JsonArray list;
    for (const std::string& phrase : phrases)
        list.emplace_back(phrase);
    const auto sealed = transaction.seal(base::to_canonical_json(list));
    if (!sealed) return std::unexpected(sealed.error());
    const auto saved = transaction.execute(
        "update transcription_runs set phrases = :phrases, phrases_key_id = :key_id where tenant_id = :tenant and"
        " id = :id",
        {{"id", run_id}, {"phrases", sealed->bytes}, {"key_id", sealed->key_id}});
    if (!saved) return std::unexpected(saved.error());
    return {};
}

base::Result<std::vector<std::string>> find_phrases(store::ReadTransaction& transaction, std::string_view run_id) {
    std::vector<std::string> phrases;
    const auto row = transaction.query_one(
        "select phrases, phrases_key_id from transcription_runs where tenant_id = :tenant and id = :id"
        " and phrases is not null",
        {{"id", run_id}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return phrases;
    const auto text = transaction.unseal({(*row)->bytes("phrases"), (*row)->text("phrases_key_id")});
    if (!text) return std::unexpected(text.error());
    const auto list = base::parse_json(*text);
    if (!list) return std::unexpected(list.error());
    for (const base::Json& phrase : *list->array())
        phrases.push_back(*phrase.text());
    return phrases;
}

base::Result<std::optional<std::string>> earlier_run(store::Reading& reading, const RunRow& row) {
    const auto found = reading.query_one(
        "select id from transcription_runs where tenant_id = :tenant and session_id = :session_id and id <> :id"
        " and engine = :engine and vocabulary = :vocabulary and language = :language and blob_key = :blob_key"
        " and multichannel = :multichannel"
        " and segments_total > segments_remaining order by segments_total - segments_remaining desc, id limit 1",
        {{"session_id", row.run.session_id},
         {"id", row.run.id},
         {"engine", row.run.engine},
         {"vocabulary", row.vocabulary},
         {"language", row.language},
         {"blob_key", row.blob_key},
         {"multichannel", row.multichannel}});
    if (!found) return std::unexpected(found.error());
    if (!found->has_value()) return std::nullopt;
    return (*found)->text("id");
}

}  // namespace transcription
