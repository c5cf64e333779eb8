#include "services/exporting/rows.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/rfc3339.hpp"

namespace exporting {
namespace {

using base::Json;
using base::JsonObject;
using base::Result;

constexpr std::array<std::string_view, 3> state_names{"queued", "completed", "failed"};

const std::string columns =
    "id, session_id, transcript_version, format, rules, rule_settings, strict, figures, mask_profanity, state, "
    "size_bytes,"
    " content_hash, violation_count, violations, error_code, error_message, created_ms, updated_ms, row_version";

ExportRow to_row(const store::Row& row) {
    const auto* state = std::ranges::find(state_names, std::string_view(row.text("state")));
    return {.id = row.text("id"),
            .session_id = row.text("session_id"),
            .version = row.integer("transcript_version"),
            .wish = {.format = row.text("format"),
                     .rules = row.text("rules"),
                     .rule_settings = row.text("rule_settings"),
                     .strict = row.flag("strict"),
                     .wording = {row.flag("figures"), row.flag("mask_profanity")}},
            .state = static_cast<State>(state - state_names.begin()),
            .size_bytes = row.integer("size_bytes"),
            .content_hash = row.text("content_hash"),
            .violation_count = row.integer("violation_count"),
            .violations = row.text("violations"),
            .error_code = row.text("error_code"),
            .error_message = row.text("error_message"),
            .created_ms = row.integer("created_ms"),
            .updated_ms = row.integer("updated_ms"),
            .row_version = row.integer("row_version")};
}

Result<void> execute(store::Transaction& transaction, std::string_view sql, store::Parameters parameters) {
    const auto changed = transaction.execute(sql, parameters);
    return changed ? Result<void>() : std::unexpected(changed.error());
}

Result<ExportRow> one_row(Result<std::optional<store::Row>> row, std::string_view id) {
    if (!row) return std::unexpected(row.error());
    if (!*row) return base::fail(base::ErrorCode::not_found, "there is no export " + std::string(id));
    return to_row(**row);
}

Json text_or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

// "max_lines=1" as {"max_lines": 1}: what the client gave.
Json settings_json(const std::string& settings) {
    if (settings.empty()) return {};
    std::string text = "{\"";
    for (const char byte : settings)
        text += byte == '=' ? "\":" : byte == ',' ? ",\"" : std::string(1, byte);
    return base::parse_json(text + "}").value_or(Json());
}

Json error_json(const ExportRow& row) {
    if (row.state != State::failed) return {};
    return JsonObject{{"code", row.error_code}, {"message", row.error_message}};
}

}  // namespace

std::string_view state_name(State state) {
    return state_names.at(static_cast<std::size_t>(state));
}

std::string blob_key(std::string_view session_id, std::string_view export_id) {
    return blob_prefix(session_id) + std::string(export_id);
}

std::string blob_prefix(std::string_view session_id) {
    return "exports/" + std::string(session_id) + "/";
}

Json to_json(const ExportRow& row) {
    const bool completed = row.state == State::completed;
    return JsonObject{{"id", row.id},
                      {"session_id", row.session_id},
                      {"status", state_name(row.state)},
                      {"format", row.wish.format},
                      {"version", row.version},
                      {"subtitle_rules", text_or_null(row.wish.rules)},
                      {"subtitle_settings", settings_json(row.wish.rule_settings)},
                      {"strict", row.wish.strict},
                      {"figures", row.wish.wording.figures},
                      {"mask_profanity", row.wish.wording.mask_profanity},
                      {"size_bytes", completed ? Json(row.size_bytes) : Json()},
                      {"content_hash", text_or_null(row.content_hash)},
                      {"violation_count", row.violation_count},
                      {"violations", base::parse_json(row.violations).value_or(Json())},
                      {"created_at", base::to_rfc3339(base::from_unix_ms(row.created_ms))},
                      {"updated_at", base::to_rfc3339(base::from_unix_ms(row.updated_ms))},
                      {"error", error_json(row)}};
}

Result<std::optional<ExportRow>> find_export(store::Reading& reading, std::string_view id, bool lock) {
    const auto row = reading.query_one("select " + columns + " from exporting_exports where tenant_id = :tenant and" +
                                           " id = :id" + (lock ? " {for_update}" : ""),
                                       {{"id", id}});
    if (!row) return std::unexpected(row.error());
    return *row ? std::optional(to_row(**row)) : std::nullopt;
}

Result<std::vector<ExportRow>> list_exports(store::Reading& reading, std::string_view session_id,
                                            const ExportPlace& after, std::int64_t limit) {
    const auto rows = reading.query(
        "select " + columns + " from exporting_exports where tenant_id = :tenant and session_id = :session_id" +
            " and (created_ms > :ms or (created_ms = :ms and id > :id)) order by created_ms, id limit :limit",
        {{"session_id", session_id}, {"ms", after.created_ms}, {"id", after.id}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<ExportRow> list;
    std::ranges::transform(*rows, std::back_inserter(list), to_row);
    return list;
}

Result<ExportRow> insert_export(store::Transaction& transaction, const ExportRow& row) {
    return one_row(
        transaction.query_one(
            "insert into exporting_exports (tenant_id, id, row_version, session_id, transcript_version, format, rules,"
            " rule_settings, strict, figures, mask_profanity, state, size_bytes, content_hash, violation_count,"
            " violations, error_code, error_message, created_ms, updated_ms) values (:tenant, :id, 1, :session_id, "
            ":version, :format, :rules,"
            " :rule_settings, :strict, :figures, :mask_profanity, :state, 0, '', 0, '[]', '', '', {now_ms}, {now_ms}) "
            "returning " +
                columns,
            {{"id", row.id},
             {"session_id", row.session_id},
             {"version", row.version},
             {"format", row.wish.format},
             {"rules", row.wish.rules},
             {"rule_settings", row.wish.rule_settings},
             {"strict", row.wish.strict},
             {"figures", row.wish.wording.figures},
             {"mask_profanity", row.wish.wording.mask_profanity},
             {"state", state_name(row.state)}}),
        row.id);
}

Result<ExportRow> update_export(store::Transaction& transaction, const ExportRow& row) {
    return one_row(transaction.query_one("update exporting_exports set row_version = row_version + 1, state = :state,"
                                         " size_bytes = :size, content_hash = :hash, violation_count = :count,"
                                         " violations = :violations, error_code = :code, error_message = :message,"
                                         " updated_ms = {now_ms} where tenant_id = :tenant and id = :id returning " +
                                             columns,
                                         {{"id", row.id},
                                          {"state", state_name(row.state)},
                                          {"size", row.size_bytes},
                                          {"hash", row.content_hash},
                                          {"count", row.violation_count},
                                          {"violations", row.violations},
                                          {"code", row.error_code},
                                          {"message", row.error_message}}),
                   row.id);
}

Result<void> remove_export(store::Transaction& transaction, std::string_view id) {
    return execute(transaction, "delete from exporting_exports where tenant_id = :tenant and id = :id", {{"id", id}});
}

Result<void> remove_exports_of(store::Transaction& transaction, std::string_view session_id) {
    return execute(transaction, "delete from exporting_exports where tenant_id = :tenant and session_id = :session_id",
                   {{"session_id", session_id}});
}

Result<void> save_title(store::Transaction& transaction, std::string_view id, std::string_view title) {
    auto sealed = transaction.seal(title);
    if (!sealed) return std::unexpected(sealed.error());
    return execute(transaction,
                   "update exporting_exports set title = :title, title_key_id = :key_id"
                   " where tenant_id = :tenant and id = :id",
                   {{"id", id}, {"title", std::move(sealed->bytes)}, {"key_id", std::move(sealed->key_id)}});
}

Result<std::string> title_of(store::ReadTransaction& transaction, std::string_view id) {
    const auto row = transaction.query_one(
        "select title, title_key_id from exporting_exports"
        " where tenant_id = :tenant and id = :id and title is not null",
        {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return std::string();
    return transaction.unseal({(*row)->bytes("title"), (*row)->text("title_key_id")});
}

Result<void> remember_erased(store::Transaction& transaction, std::string_view session_id) {
    return execute(transaction,
                   "insert into exporting_erased (tenant_id, id, created_ms) values (:tenant, :id, {now_ms})"
                   " on conflict (tenant_id, id) do nothing",
                   {{"id", session_id}});
}

Result<bool> is_erased(store::Reading& reading, std::string_view session_id) {
    const auto row = reading.query_one("select id from exporting_erased where tenant_id = :tenant and id = :id",
                                       {{"id", session_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

}  // namespace exporting
