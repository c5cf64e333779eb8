// The kinds of work of this service, what their payloads say, and how they are added. All work of a run has the run as
// its subject, so that it ends with it; erasing does not.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "services/transcription/run_rows.hpp"
#include "store/work.hpp"

namespace transcription {

inline constexpr std::string_view plan_kind = "transcription.plan";
inline constexpr std::string_view segment_kind = "transcription.segment";
inline constexpr std::string_view assemble_kind = "transcription.assemble";
inline constexpr std::string_view erase_kind = "transcription.erase";
inline constexpr std::string_view naming_kind = "transcription.name";

struct WorkPayload {
    std::string run_id = {};
    std::int64_t index = 0;  // of the segment
};
/// Errors: internal (payloads are our own).
base::Result<WorkPayload> payload_of(const store::Claim& claim);

/// Each is added once, whatever happens.
base::Result<void> add_plan(store::Transaction& transaction, const RunRow& row);
base::Result<void> add_segment(store::Transaction& transaction, const RunRow& row, std::int64_t index);
base::Result<void> add_assembly(store::Transaction& transaction, const RunRow& row);
/// Removes every blob of the tenant under the prefix, once late writers have ended.
base::Result<void> add_erasure(store::Transaction& transaction, std::string_view prefix);
/// The prefix that an erasure's claim names.
base::Result<std::string> prefix_of(const store::Claim& claim);

inline constexpr std::string_view pcm_folder = "runs/";  // of every run
std::string pcm_prefix(std::string_view run_id);
std::string transcript_prefix(std::string_view session_id);

}  // namespace transcription
