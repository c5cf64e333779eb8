#include "services/analysis/rows.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ids.hpp"

namespace analysis {
namespace {

using base::Result;

constexpr std::array<std::string_view, 3> state_names{"running", "completed", "failed"};

const std::string select_analysis =
    "select id, session_id, transcript_hash, state, told_ms, version, error_code, error_message"
    " from analysis_analyses where tenant_id = :tenant and ";

Analysis to_analysis(const store::Row& row) {
    const auto* state = std::ranges::find(state_names, std::string_view(row.text("state")));
    return {.id = row.text("id"),
            .session_id = row.text("session_id"),
            .transcript_hash = row.text("transcript_hash"),
            .state = static_cast<State>(state - state_names.begin()),
            .recency = {row.integer("told_ms"), row.integer("version")},
            .error_code = row.optional_text("error_code").value_or(""),
            .error_message = row.optional_text("error_message").value_or("")};
}

Result<void> execute(store::Transaction& transaction, std::string_view sql, store::Parameters parameters) {
    const auto changed = transaction.execute(sql, parameters);
    return changed ? Result<void>() : std::unexpected(changed.error());
}

}  // namespace

std::string_view state_name(State state) {
    return state_names.at(static_cast<std::size_t>(state));
}

bool is_newer(const Recency& left, const Recency& right) {
    const bool both_edits = left.version > 0 && right.version > 0;
    if (both_edits || left.told_ms == right.told_ms) return left.version > right.version;
    return left.told_ms > right.told_ms;
}

std::string analysis_id(std::string_view session_id, std::string_view transcript_hash) {
    return base::derived_id("analysis", std::string(session_id) + "/" + std::string(transcript_hash));
}

Result<std::vector<Analysis>> analyses_of(store::Reading& reading, std::string_view session_id, bool lock) {
    const auto rows =
        reading.query(select_analysis + "session_id = :session_id order by id" + (lock ? " {for_update}" : ""),
                      {{"session_id", session_id}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<Analysis> analyses;
    std::ranges::transform(*rows, std::back_inserter(analyses), to_analysis);
    return analyses;
}

Result<std::optional<Analysis>> lock_analysis(store::Transaction& transaction, std::string_view id) {
    const auto row = transaction.query_one(select_analysis + "id = :id {for_update}", {{"id", id}});
    if (!row) return std::unexpected(row.error());
    return *row ? std::optional(to_analysis(**row)) : std::nullopt;
}

const Analysis* newest(const std::vector<Analysis>& analyses, State state) {
    const Analysis* best = nullptr;
    for (const Analysis& analysis : analyses) {
        if (analysis.state != state) continue;
        if (best == nullptr || is_newer(analysis.recency, best->recency)) best = &analysis;
    }
    return best;
}

Result<void> insert_analysis(store::Transaction& transaction, const Analysis& analysis) {
    return execute(transaction,
                   "insert into analysis_analyses"
                   " (tenant_id, id, row_version, session_id, transcript_hash, state, told_ms, version)"
                   " values (:tenant, :id, 1, :session_id, :hash, :state, :told_ms, :version)",
                   {{"id", analysis.id},
                    {"session_id", analysis.session_id},
                    {"hash", analysis.transcript_hash},
                    {"state", state_name(analysis.state)},
                    {"told_ms", analysis.recency.told_ms},
                    {"version", analysis.recency.version}});
}

Result<void> update_analysis(store::Transaction& transaction, const Analysis& analysis) {
    return execute(transaction,
                   "update analysis_analyses set row_version = row_version + 1, state = :state, told_ms = :told_ms,"
                   " version = :version, error_code = :code, error_message = :message"
                   " where tenant_id = :tenant and id = :id",
                   {{"id", analysis.id},
                    {"state", state_name(analysis.state)},
                    {"told_ms", analysis.recency.told_ms},
                    {"version", analysis.recency.version},
                    {"code", analysis.error_code},
                    {"message", analysis.error_message}});
}

Result<void> remove_analysis(store::Transaction& transaction, std::string_view id) {
    return execute(transaction, "delete from analysis_analyses where tenant_id = :tenant and id = :id", {{"id", id}});
}

Result<void> remove_analyses_of(store::Transaction& transaction, std::string_view session_id) {
    return execute(transaction, "delete from analysis_analyses where tenant_id = :tenant and session_id = :session_id",
                   {{"session_id", session_id}});
}

Result<void> save_findings(store::Transaction& transaction, std::string_view id, std::string_view findings) {
    auto sealed = transaction.seal(findings);
    if (!sealed) return std::unexpected(sealed.error());
    return execute(transaction,
                   "update analysis_analyses set findings = :findings, findings_key_id = :key_id"
                   " where tenant_id = :tenant and id = :id",
                   {{"id", id}, {"findings", std::move(sealed->bytes)}, {"key_id", std::move(sealed->key_id)}});
}

Result<std::string> findings_of(store::ReadTransaction& transaction, std::string_view id) {
    const auto row = transaction.query_one(
        "select findings, findings_key_id from analysis_analyses"
        " where tenant_id = :tenant and id = :id and findings is not null",
        {{"id", id}});
    if (!row) return std::unexpected(row.error());
    if (!*row) return base::fail(base::ErrorCode::not_found, "there is no analysis of this session yet");
    return transaction.unseal({(*row)->bytes("findings"), (*row)->text("findings_key_id")});
}

Result<void> remember_erased(store::Transaction& transaction, std::string_view session_id) {
    return execute(transaction,
                   "insert into analysis_erased (tenant_id, id, created_ms) values (:tenant, :id, {now_ms})"
                   " on conflict (tenant_id, id) do nothing",
                   {{"id", session_id}});
}

Result<bool> is_erased(store::Transaction& transaction, std::string_view session_id) {
    const auto row = transaction.query_one("select id from analysis_erased where tenant_id = :tenant and id = :id",
                                           {{"id", session_id}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

}  // namespace analysis
