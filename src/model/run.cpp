#include "model/run.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace model {
namespace {

using enum RunState;
using base::ErrorCode;
using base::fail;
using Outcome = base::Result<Run>;

constexpr std::array<std::string_view, 6> run_names{"queued",    "running", "assembling",
                                                    "completed", "failed",  "cancelled"};
constexpr std::array<std::string_view, 2> segment_names{"ready", "done"};

std::unexpected<base::Error> refuse(const Run& run, const char* what) {
    if (run.state == cancelled) return fail(ErrorCode::cancelled, "the run was cancelled");
    return fail(ErrorCode::conflict, std::string(what) + ": the run is " + std::string(state_name(run.state)));
}

Run assembled_when_complete(Run run) {
    if (run.planned && run.segments_remaining == 0) run.state = assembling;
    return run;
}

struct Transition {
    Run run;

    Outcome operator()(const PlanBegun&) {
        if (run.state != queued && run.state != running) return refuse(run, "it cannot be planned");
        run.state = running;
        return run;
    }
    Outcome operator()(const SegmentsAdded& change) {
        if (run.state != running || run.planned || change.count < 0) return refuse(run, "segments cannot be added");
        run.segments_total += change.count;
        run.segments_remaining += change.count;
        return run;
    }
    Outcome operator()(const PlanFinished&) {
        if (run.state != running || run.planned) return refuse(run, "the plan cannot be finished");
        run.planned = true;
        return assembled_when_complete(run);
    }
    Outcome operator()(const SegmentDone&) {
        if (run.state != running || run.segments_remaining == 0) return refuse(run, "a segment cannot be committed");
        --run.segments_remaining;
        return assembled_when_complete(run);
    }
    Outcome operator()(const RunAssembled&) {
        if (run.state == completed) return run;
        if (run.state != assembling) return refuse(run, "it cannot be assembled");
        run.state = completed;
        return run;
    }
    Outcome operator()(const RunBroken& change) {
        if (has_ended(run.state)) return run;
        run.state = failed;
        run.error = change.error;
        return run;
    }
    Outcome operator()(const RunCancelled&) {
        if (!has_ended(run.state)) run.state = cancelled;
        return run;
    }
};

template <class State, std::size_t count>
std::optional<State> parse(const std::array<std::string_view, count>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<State>(found - names.begin());
}

}  // namespace

bool has_ended(RunState state) {
    return state == completed || state == failed || state == cancelled;
}

base::Result<Run> apply(const Run& run, const RunChange& change) {
    Transition transition{run};
    auto after = std::visit(transition, change);
    if (after && *after != run) ++after->row_version;
    return after;
}

bool begins_assembly(const Run& before, const Run& after) {
    return before.state != assembling && after.state == assembling;
}

std::string_view state_name(RunState state) {
    return run_names.at(std::to_underlying(state));
}

std::optional<RunState> parse_run_state(std::string_view name) {
    return parse<RunState>(run_names, name);
}

std::string_view state_name(SegmentState state) {
    return segment_names.at(std::to_underlying(state));
}

std::optional<SegmentState> parse_segment_state(std::string_view name) {
    return parse<SegmentState>(segment_names, name);
}

}  // namespace model
