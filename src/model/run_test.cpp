#include "model/run.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace {

using base::ErrorCode;
using namespace model;

model::Run run_in(RunState state) {
    using enum RunState;
    model::Run run{"acme", "r1", "s1", "engine", state};
    if (state == running) run.segments_total = run.segments_remaining = 2;
    if (state == assembling || state == completed) run.planned = true;
    if (state == failed) run.error = SessionError{"internal", "broken"};
    return run;
}

TEST(Run, FollowsTheTableOfTransitions) {
    using enum RunState;
    constexpr auto drop = ErrorCode::cancelled;
    constexpr auto no = ErrorCode::conflict;
    using Cell = std::variant<RunState, ErrorCode>;
    const RunChange changes[] = {PlanBegun{},   SegmentsAdded{1}, PlanFinished{},
                                 SegmentDone{}, RunAssembled{},   RunBroken{{"internal", "broken"}},
                                 RunCancelled{}};
    const std::pair<RunState, std::vector<Cell>> table[] = {
        //            begun    added    planned  done     assembled  broken     cancelled
        {queued, {running, no, no, no, no, failed, cancelled}},
        {running, {running, running, running, running, no, failed, cancelled}},
        {assembling, {no, no, no, no, completed, failed, cancelled}},
        {completed, {no, no, no, no, completed, completed, completed}},
        {failed, {no, no, no, no, no, failed, failed}},
        {cancelled, {drop, drop, drop, drop, drop, cancelled, cancelled}},
    };
    for (const auto& [from, cells] : table) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const auto after = model::apply(run_in(from), changes[i]);
            const Cell seen = after ? Cell(after->state) : Cell(after.error().code);
            EXPECT_EQ(seen, cells[i]) << state_name(from) << ", change " << i;
        }
    }
}

TEST(Run, WithoutSpeechAssemblesAtTheEndOfThePlan) {
    const model::Run planning = *model::apply(run_in(RunState::queued), PlanBegun{});
    const model::Run planned = *model::apply(planning, PlanFinished{});
    EXPECT_EQ(planned.state, RunState::assembling);
    EXPECT_TRUE(begins_assembly(planning, planned));
}

TEST(Run, CommitsAreNeverMoreThanTheSegments) {
    model::Run run = *model::apply(*model::apply(run_in(RunState::queued), PlanBegun{}), SegmentsAdded{1});
    run = *model::apply(run, SegmentDone{});
    EXPECT_EQ(model::apply(run, SegmentDone{}).error().code, ErrorCode::conflict);
    EXPECT_EQ(model::apply(run, SegmentsAdded{-1}).error().code, ErrorCode::conflict);
}

// The planner and any number of instances in any order: exactly one change begins the assembly, and it is the last one.
TEST(Run, AssemblyBeginsOnceWhateverTheOrder) {
    constexpr std::uint64_t seed = 17;
    base::SeededRandom random(seed);
    for (int history = 0; history < 1000; ++history) {
        model::Run run = *model::apply(run_in(RunState::queued), PlanBegun{});
        std::int64_t batches = static_cast<std::int64_t>(random.below(4));
        int begun = 0;
        while (run.state == RunState::running) {
            const bool plan = run.segments_remaining == 0 || random.below(2) == 0;
            RunChange change = SegmentDone{};
            if (plan && !run.planned)
                change = batches > 0 ? RunChange(SegmentsAdded{batches--}) : RunChange(PlanFinished{});
            const auto after = model::apply(run, change);
            ASSERT_TRUE(after) << "seed " << seed << " history " << history;
            begun += begins_assembly(run, *after) ? 1 : 0;
            run = *after;
        }
        ASSERT_EQ(begun, 1);
        ASSERT_EQ(run.segments_remaining, 0);
    }
}

TEST(RunState, HasOneNameEach) {
    using enum RunState;
    for (const auto state : {queued, running, assembling, completed, failed, cancelled}) {
        EXPECT_EQ(parse_run_state(state_name(state)), state);
    }
    for (const auto state : {SegmentState::ready, SegmentState::done})
        EXPECT_EQ(parse_segment_state(state_name(state)), state);
    EXPECT_FALSE(parse_run_state("ready"));
}

}  // namespace
