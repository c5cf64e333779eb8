#include "flow/golden_events.hpp"

#include "services/exporting/announcements.hpp"

namespace exporting {
namespace {

ExportRow example() {
    ExportRow row{.id = flow::golden_thing, .session_id = flow::golden_session, .version = 1};
    row.wish.format = "srt";
    row.state = State::completed;
    return row;
}

TEST(GoldenEvents, OfExports) {
    flow::expect_golden_event("export.completed", "exporting", [](store::Transaction& transaction) {
        return announce_made(transaction, example(), flow::golden_claim);
    });
    flow::expect_golden_event("export.failed", "exporting", [](store::Transaction& transaction) {
        ExportRow failed = example();
        failed.state = State::failed;
        failed.error_code = "subtitle_rules_broken";
        failed.error_message = "the cues break the rules of netflix-en in 2 places";
        return announce_made(transaction, failed, flow::golden_claim);
    });
}

}  // namespace
}  // namespace exporting
