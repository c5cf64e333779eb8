// Periodic tasks, through the whole platform.
#include <gtest/gtest.h>

#include "flow/test_service.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

class TaskTest : public testing::Test {
  protected:
    void add(PeriodicTask task, std::function<base::Result<bool>()> run) {
        toy_.change = [this, task, run](Parts& parts, const Platform& platform) {
            PeriodicTask mine = task;
            mine.run = [this, run, &platform](const store::NamedLease* lease) {
                ++runs_[platform.instance_id];
                if (lease != nullptr) owner_ = lease->owner;
                return run ? run() : base::Result<bool>(false);
            };
            parts.tasks.push_back(mine);
        };
    }
    static void let_pass(TestPlatform& test, std::chrono::milliseconds time) {
        for (const auto end = test.clock().now() + time; test.clock().now() < end;)
            test.step();
    }

    Toy toy_;
    std::map<std::string, int> runs_;
    std::string owner_;
};

TEST_F(TaskTest, RunsInEveryProcess) {
    add({.name = "tick", .every = 1s}, {});
    TestPlatform test({toy_.service()});
    test.start_process();
    let_pass(test, 10s);
    EXPECT_NEAR(runs_["process-0"], 11, 1);
    EXPECT_NEAR(runs_["process-1"], 11, 1);
}

TEST_F(TaskTest, AloneRunsInOneProcessUntilThatDies) {
    add({.name = "tick", .every = 1s, .alone = true}, {});
    TestPlatform test({toy_.service()});
    let_pass(test, 1s);
    test.start_process();
    let_pass(test, 60s);
    EXPECT_EQ(owner_, "process-0");
    EXPECT_EQ(runs_["process-1"], 0);
    EXPECT_NEAR(runs_["process-0"], 61, 2);
    test.crash(0);
    let_pass(test, 5s);
    EXPECT_EQ(runs_["process-1"], 0) << "the lease has not ended";
    let_pass(test, 7s);
    EXPECT_GT(runs_["process-1"], 0);
    EXPECT_NEAR(runs_["process-0"], 61, 2);
}

TEST_F(TaskTest, ADrainHandsTheLeaseOnAtOnce) {
    add({.name = "tick", .every = 1h, .alone = true}, {});
    TestPlatform test({toy_.service()});
    let_pass(test, 1min);
    test.start_process();
    test.drain(0);
    let_pass(test, 2s);
    EXPECT_EQ(owner_, "process-1");
}

TEST_F(TaskTest, ALongPauseDoesNotLoseTheLease) {
    add({.name = "tick", .every = 2min, .alone = true}, {});
    TestPlatform test({toy_.service()});
    test.start_process();
    let_pass(test, 3min);
    EXPECT_EQ(runs_["process-0"] + runs_["process-1"], 2) << "so often in all, not each process so often";
}

TEST_F(TaskTest, OneThatSleptPastItsLeaseFindsItTaken) {
    add({.name = "tick", .every = 1s, .alone = true}, {});
    TestPlatform test({toy_.service()});
    let_pass(test, 1s);
    test.clock().advance(11s);
    const auto leases = test.platform().database.system(store::SystemCaller::leases);
    ASSERT_TRUE(must(store::acquire_lease(leases, "tick", "another", 1h)));
    const int before = runs_["process-0"];
    let_pass(test, 1min);
    EXPECT_EQ(runs_["process-0"], before);
}

TEST_F(TaskTest, MoreToDoMeansAtOnce) {
    add({.name = "tick", .every = 1h}, [this]() -> base::Result<bool> { return runs_["process-0"] < 5; });
    TestPlatform test({toy_.service()});
    test.settle(1s);
    EXPECT_EQ(runs_["process-0"], 5);
}

TEST_F(TaskTest, ACommitRings) {
    add({.name = "tick", .every = 1h, .on_commit = true}, {});
    TestPlatform test({toy_.service()});
    test.settle();
    EXPECT_EQ(runs_["process-0"], 1);
    test.emit("acme", {.type = "order.other", .natural_key = "1", .partition_key = "1"});
    test.settle();
    EXPECT_EQ(runs_["process-0"], 2);
}

TEST_F(TaskTest, AFaultIsToldAndTriedAgain) {
    add({.name = "tick", .every = 1s}, [this]() -> base::Result<bool> {
        if (runs_["process-0"] == 1) return base::fail(ErrorCode::unavailable, "not now");
        if (runs_["process-0"] == 2) throw std::runtime_error("boom");
        return false;
    });
    TestPlatform test({toy_.service()});
    let_pass(test, 10s);
    EXPECT_GT(runs_["process-0"], 5);
    EXPECT_EQ(metric(test.platform(), "task_faults_total", "task", "tick"), 2);
}

}  // namespace
}  // namespace flow
