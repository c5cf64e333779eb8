#include "flow/golden_events.hpp"

#include "services/analysis/announcements.hpp"

namespace analysis {
namespace {

Analysis example() {
    return {.id = flow::golden_thing, .session_id = flow::golden_session, .transcript_hash = flow::golden_hash};
}

TEST(GoldenEvents, OfAnalyses) {
    flow::expect_golden_event("analysis.completed", "analysis", [](store::Transaction& transaction) {
        return announce_completed(transaction, example(), flow::golden_claim);
    });
    flow::expect_golden_event("analysis.failed", "analysis", [](store::Transaction& transaction) {
        Analysis failed = example();
        failed.error_code = "blob_corrupt";
        failed.error_message = "the transcript is not the one that its event told of";
        return announce_failed(transaction, failed, flow::golden_claim);
    });
}

}  // namespace
}  // namespace analysis
