#include "services/session/erasure.hpp"

#include "flow/stray_blobs.hpp"
#include "services/session/content.hpp"
#include "services/session/record.hpp"

namespace session {
namespace {

using base::Result;

constexpr std::string_view kind = "session.erase";
constexpr std::chrono::seconds late_writers{10};
constexpr std::int64_t most_attempts = 20;

Result<flow::CommitWork> erase(blob::Blobs& blobs, const store::Claim& claim, const flow::WorkLease& lease) {
    const auto tenant = blobs.tenant(claim.tenant_id);
    if (!tenant) return std::unexpected(tenant.error());
    blob::ListQuery query{.prefix = content_prefix(claim.subject)};
    do {
        const auto page = (*tenant)->list(query);
        if (!page) return std::unexpected(page.error());
        for (const blob::Listed& listed : page->blobs) {
            if (lease.lost()) return base::fail(base::ErrorCode::lease_lost, "the erasure goes on elsewhere");
            if (const auto removed = (*tenant)->remove(listed.key); !removed) return std::unexpected(removed.error());
        }
        query.after = page->next;
    } while (!query.after.empty());
    return [](store::Transaction&) { return Result<void>(); };
}

// No table tells of these blobs any more; whoever runs the platform is told that they are still there.
Result<void> give_up(runtime::Log& log, const store::Claim& claim, const base::Error& error) {
    log.write(runtime::LogLevel::error, "session.erase_gave_up", nullptr,
              {{"session_id", std::string_view(claim.subject)}, {"code", base::code_name(error.code)}});
    return {};
}

// By the session, not by the version: the same content has the same key, and may be wanted again.
Result<bool> is_wanted(store::ReadTransaction& transaction, std::string_view key) {
    const auto record = find_session(transaction, flow::key_piece(key, 1));
    if (!record) return std::unexpected(record.error());
    return record->has_value();
}

}  // namespace

flow::PeriodicTask stray_transcripts(const flow::Platform& platform) {
    return flow::stray_blobs(platform, "session.strays", {.prefix = "transcripts/", .wanted = is_wanted});
}

Result<void> plan_erasure(store::Transaction& transaction, std::string_view session_id) {
    const auto added = store::add_work(transaction, {.id = base::derived_id(kind, session_id),
                                                     .kind = kind,
                                                     .subject = session_id,
                                                     .most_attempts = most_attempts,
                                                     .delay = late_writers});
    if (!added) return std::unexpected(added.error());
    return {};
}

flow::WorkHandler erasure_worker(const flow::Platform& platform) {
    return {.kind = std::string(kind),
            .work = [&platform](const store::Claim& claim,
                                const flow::WorkLease& lease) { return erase(platform.blobs, claim, lease); },
            .gave_up = [&platform](store::Transaction&, const store::Claim& claim,
                                   const base::Error& error) { return give_up(platform.log, claim, error); }};
}

}  // namespace session
