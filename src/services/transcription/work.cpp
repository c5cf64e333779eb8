#include "services/transcription/work.hpp"

#include <limits>

#include "base/ids.hpp"
#include "base/json.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonObject;

// Processes may be killed many times during one piece of work, and a disk may be full for a while.
constexpr std::int64_t most_attempts = 20;
// Blobs that stay behind are nobody's: it is tried for days.
constexpr std::int64_t most_erasing_attempts = 5'000;
constexpr std::chrono::seconds late_writers{10};

base::Result<void> add(store::Transaction& transaction, const store::WorkDraft& draft) {
    const auto added = store::add_work(transaction, draft);
    if (!added) return std::unexpected(added.error());
    return {};
}

base::Result<void> add_for(store::Transaction& transaction, const RunRow& row, std::string_view kind,
                           const std::string& natural_key, std::string_view requirement, const Json& payload) {
    return add(transaction, {.id = base::derived_id(kind, natural_key),
                             .kind = kind,
                             .subject = row.run.id,
                             .requirement = requirement,
                             .priority = row.priority,
                             .most_attempts = most_attempts,
                             .payload = base::to_canonical_json(payload)});
}

base::Error unreadable(const store::Claim& claim, const base::Error& error) {
    return {ErrorCode::internal, "the payload of the work " + claim.id + " cannot be read: " + error.message};
}

}  // namespace

base::Result<WorkPayload> payload_of(const store::Claim& claim) {
    const auto value = base::parse_json(claim.payload);
    if (!value) return std::unexpected(unreadable(claim, value.error()));
    base::JsonFields fields(*value, "the payload");
    WorkPayload payload{.run_id = fields.text("run_id")};
    payload.index = fields.optional_integer("index", 0, std::numeric_limits<std::int64_t>::max()).value_or(0);
    if (const auto finished = fields.finish(); !finished) return std::unexpected(unreadable(claim, finished.error()));
    return payload;
}

base::Result<void> add_plan(store::Transaction& transaction, const RunRow& row) {
    return add_for(transaction, row, plan_kind, row.run.id, "", JsonObject{{"run_id", row.run.id}});
}

base::Result<void> add_segment(store::Transaction& transaction, const RunRow& row, std::int64_t index) {
    return add_for(transaction, row, segment_kind, row.run.id + "/" + std::to_string(index), row.run.engine,
                   JsonObject{{"run_id", row.run.id}, {"index", index}});
}

base::Result<void> add_assembly(store::Transaction& transaction, const RunRow& row) {
    // What tells speakers apart is a part of the engine; words are there already.
    const std::string& requirement = row.speakers.empty() ? row.speakers : row.run.engine;
    return add_for(transaction, row, assemble_kind, row.run.id, requirement, JsonObject{{"run_id", row.run.id}});
}

base::Result<void> add_erasure(store::Transaction& transaction, std::string_view prefix) {
    return add(transaction, {.id = base::derived_id(erase_kind, prefix),
                             .kind = erase_kind,
                             .subject = prefix,
                             .most_attempts = most_erasing_attempts,
                             .delay = late_writers,
                             .payload = base::to_canonical_json(JsonObject{{"prefix", prefix}})});
}

base::Result<std::string> prefix_of(const store::Claim& claim) {
    const auto value = base::parse_json(claim.payload);
    if (!value) return std::unexpected(unreadable(claim, value.error()));
    base::JsonFields fields(*value, "the payload");
    std::string prefix = fields.text("prefix");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(unreadable(claim, finished.error()));
    return prefix;
}

std::string pcm_prefix(std::string_view run_id) {
    return std::string(pcm_folder) + std::string(run_id) + "/";
}

std::string transcript_prefix(std::string_view session_id) {
    return "transcripts/" + std::string(session_id) + "/";
}

}  // namespace transcription
