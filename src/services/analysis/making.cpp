#include "services/analysis/making.hpp"

#include <algorithm>
#include <utility>

#include "base/sha256.hpp"
#include "model/transcript_json.hpp"
#include "services/analysis/announcements.hpp"

namespace analysis {
namespace {

using base::ErrorCode;
using base::Result;

struct Task {
    std::string analysis_id;
    std::string blob_key;
    std::string content_hash;
};

Result<Task> parse_task(std::string_view payload) {
    const auto json = base::parse_json(payload);
    if (!json) return std::unexpected(json.error());
    base::JsonFields fields(*json, "the work's payload");
    Task task{fields.text("analysis_id"), fields.text("blob_key"), fields.text("content_hash")};
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return task;
}

Result<model::Transcript> read_transcript(const flow::Platform& platform, std::string_view tenant_id,
                                          const Task& task) {
    const auto blobs = platform.blobs.tenant(tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    const auto text = blob::read(**blobs, task.blob_key, model::largest_transcript_bytes);
    if (!text) return std::unexpected(text.error());
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(*text)));
    if (hash.finish_hex() != task.content_hash)
        return base::fail(ErrorCode::blob_corrupt, "the transcript is not the one that its event told of");
    return model::parse_transcript(*text);
}

// Nobody asks for an older analysis once a newer one is there.
Result<void> remove_older(store::Transaction& transaction, const std::vector<Analysis>& all, const Analysis& newest) {
    for (const Analysis& analysis : all) {
        if (analysis.state == State::running || !is_newer(newest.recency, analysis.recency)) continue;
        if (auto removed = remove_analysis(transaction, analysis.id); !removed) return removed;
    }
    return {};
}

Result<void> commit(store::Transaction& transaction, const store::Claim& claim, const std::string& id,
                    const std::string& findings) {
    const auto all = analyses_of(transaction, claim.subject, true);
    if (!all) return std::unexpected(all.error());
    const auto own = std::ranges::find(*all, id, &Analysis::id);
    if (own == all->end()) return {};  // the session was deleted
    const Analysis* finished = newest(*all, State::completed);
    if (finished != nullptr && is_newer(finished->recency, own->recency)) return remove_analysis(transaction, id);
    Analysis analysis = *own;
    analysis.state = State::completed;
    analysis.error_code.clear();
    analysis.error_message.clear();
    if (auto updated = update_analysis(transaction, analysis); !updated) return updated;
    if (auto saved = save_findings(transaction, id, findings); !saved) return saved;
    if (auto removed = remove_older(transaction, *all, analysis); !removed) return removed;
    return announce_completed(transaction, analysis, claim.id);
}

Result<flow::CommitWork> make(const flow::Platform& platform, const FindingOptions& options,
                              const store::Claim& claim) {
    const auto task = parse_task(claim.payload);
    if (!task) return std::unexpected(task.error());
    const auto transcript = read_transcript(platform, claim.tenant_id, *task);
    if (!transcript) return std::unexpected(transcript.error());
    std::string findings = base::to_canonical_json(to_json(analyse(*transcript, options)));
    return [claim, id = task->analysis_id, findings = std::move(findings)](store::Transaction& transaction) {
        return commit(transaction, claim, id, findings);
    };
}

Result<void> give_up(store::Transaction& transaction, const store::Claim& claim, const base::Error& error) {
    const auto task = parse_task(claim.payload);
    if (!task) return std::unexpected(task.error());
    const auto row = lock_analysis(transaction, task->analysis_id);
    if (!row) return std::unexpected(row.error());
    if (!*row || (*row)->state != State::running) return {};
    Analysis analysis = **row;
    analysis.state = State::failed;
    analysis.error_code = base::code_name(error.code);
    analysis.error_message = error.message;
    if (auto updated = update_analysis(transaction, analysis); !updated) return updated;
    return announce_failed(transaction, analysis, claim.id);
}

}  // namespace

Result<void> add_making(store::Transaction& transaction, const Analysis& analysis, std::string_view blob_key) {
    const std::string payload = base::to_canonical_json(base::JsonObject{
        {"analysis_id", analysis.id}, {"blob_key", blob_key}, {"content_hash", analysis.transcript_hash}});
    const auto added =
        store::add_work(transaction, {.kind = making_kind, .subject = analysis.session_id, .payload = payload});
    return added ? Result<void>() : std::unexpected(added.error());
}

flow::WorkHandler making(const flow::Platform& platform, const FindingOptions& options, std::size_t at_once) {
    return {.kind = std::string(making_kind),
            .at_once = at_once,
            .work = [&platform, options](const store::Claim& claim,
                                         const flow::WorkLease&) { return make(platform, options, claim); },
            .gave_up = give_up};
}

}  // namespace analysis
