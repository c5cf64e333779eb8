// A run is one attempt to transcribe a session with one engine; its segments are what instances recognise. The plan and
// the commits of segments come from different instances in any order, and whichever of them finds the run planned with
// nothing remaining moves it to `assembling`: exactly one does. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "model/session.hpp"

namespace model {

enum class RunState : std::uint8_t { queued, running, assembling, completed, failed, cancelled };

struct Run {
    std::string tenant_id = {};
    std::string id = {};
    std::string session_id = {};
    std::string engine = {};  // the engine fingerprint: pinned here, required of whoever claims a segment
    RunState state = RunState::queued;
    bool planned = false;  // no more segments will be added
    std::int64_t segments_total = 0;
    std::int64_t segments_remaining = 0;
    std::optional<SessionError> error = {};  // there exactly when failed
    std::int64_t row_version = 1;
    bool operator==(const Run&) const = default;
};

struct PlanBegun {};
struct SegmentsAdded {
    std::int64_t count = 0;
};
struct PlanFinished {};
/// The first commit of one segment: the caller has seen that segment's row change from ready to done in the same
/// transaction.
struct SegmentDone {};
struct RunAssembled {};
struct RunBroken {
    SessionError error;
};
struct RunCancelled {};

using RunChange =
    std::variant<PlanBegun, SegmentsAdded, PlanFinished, SegmentDone, RunAssembled, RunBroken, RunCancelled>;

/// Completed, failed or cancelled: nothing follows.
bool has_ended(RunState state);

/// The run after the change, row_version grown. A repeated end (assembled, broken, cancelled) leaves an ended run as it
/// is. Errors: cancelled (the run was cancelled: drop the work); conflict (it has failed, or the change does not fit
/// its state).
base::Result<Run> apply(const Run& run, const RunChange& change);

/// Whether this change made the run ready to assemble: then its transaction emits the assembly.
bool begins_assembly(const Run& before, const Run& after);

enum class SegmentState : std::uint8_t { ready, done };

struct RunSegment {
    std::int64_t index = 0;  // from 0, in order of time
    std::int64_t start_samples = 0;
    std::int64_t end_samples = 0;
    SegmentState state = SegmentState::ready;
    bool operator==(const RunSegment&) const = default;
};

std::string_view state_name(RunState state);
std::optional<RunState> parse_run_state(std::string_view name);
std::string_view state_name(SegmentState state);
std::optional<SegmentState> parse_segment_state(std::string_view name);

}  // namespace model
