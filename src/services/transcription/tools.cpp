#include "services/transcription/tools.hpp"

namespace transcription {

store::Origin origin_of(const store::Claim& claim) {
    return {.source = "transcription",
            .correlation_id = claim.correlation_id,
            .causation_id = claim.id,
            .traceparent = claim.traceparent};
}

base::Result<std::optional<RunRow>> read_run(const Tools& tools, const store::Claim& claim, std::string_view run_id) {
    auto transaction = tools.platform.database.tenant(claim.tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    return find_run(*transaction, run_id);
}

base::Result<flow::CommitWork> nothing_to_do() {
    return [](store::Transaction&) { return base::Result<void>(); };
}

}  // namespace transcription
