#include "services/transcription/erase_worker.hpp"

#include "flow/stray_blobs.hpp"
#include "services/transcription/run_rows.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

using base::Result;

Result<void> remove_all(blob::TenantBlobs& blobs, const blob::Page& page) {
    for (const blob::Listed& listed : page.blobs) {
        if (auto removed = blobs.remove(listed.key); !removed) return removed;
    }
    return {};
}

Result<void> remove_under(blob::TenantBlobs& blobs, const std::string& prefix) {
    blob::ListQuery query{.prefix = prefix};
    do {
        const auto page = blobs.list(query);
        if (!page) return std::unexpected(page.error());
        if (auto removed = remove_all(blobs, *page); !removed) return removed;
        query.after = page->next;
    } while (!query.after.empty());
    return {};
}

Result<flow::CommitWork> erase(const Tools& tools, const store::Claim& claim) {
    const auto prefix = prefix_of(claim);
    if (!prefix) return std::unexpected(prefix.error());
    const auto blobs = tools.platform.blobs.tenant(claim.tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    if (auto removed = remove_under(**blobs, *prefix); !removed) return std::unexpected(removed.error());
    return nothing_to_do();
}

Result<void> tell(const Tools& tools, const store::Claim& claim, const base::Error& error) {
    tools.platform.log.write(
        runtime::LogLevel::error, "blobs_not_erased", nullptr,
        {{"tenant_id", claim.tenant_id}, {"prefix", claim.subject}, {"code", base::code_name(error.code)}});
    return {};
}

Result<bool> is_wanted(store::ReadTransaction& transaction, std::string_view key) {
    const auto row = find_run(transaction, flow::key_piece(key, 1));
    if (!row) return std::unexpected(row.error());
    return row->has_value() && !model::has_ended((*row)->run.state);
}

}  // namespace

flow::PeriodicTask stray_samples(const flow::Platform& platform) {
    return flow::stray_blobs(platform, "transcription.strays",
                             {.prefix = std::string(pcm_folder), .wanted = is_wanted});
}

flow::WorkHandler erase_worker(const SharedTools& tools) {
    return {.kind = std::string(erase_kind),
            .capability = {},
            .at_once = 1,
            .work = [tools](const store::Claim& claim, const flow::WorkLease&) { return erase(*tools, claim); },
            .gave_up = [tools](store::Transaction&, const store::Claim& claim,
                               const base::Error& error) { return tell(*tools, claim, error); }};
}

}  // namespace transcription
