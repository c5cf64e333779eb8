// Workers, through the whole platform. Where work takes long, it steps the platform itself: what runs meanwhile runs
// inside it, as other threads and processes would.
#include <gtest/gtest.h>

#include "flow/test_service.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

class WorkTest : public testing::Test {
  protected:
    void order(TestPlatform& test, const std::string& id) {
        ASSERT_EQ(test.post("toy", "/orders/" + id, "{}").status, 201);
    }
    void fail_bakes(int times, ErrorCode code) {
        toy_.bake = [this, times, code](const store::Claim&, auto&) -> base::Result<void> {
            if (++tries_ > times) return {};
            return base::fail(code, "not now");
        };
    }
    static std::string state(TestPlatform& test) {
        const auto counts = must(store::count_work(test.platform().database.system(store::SystemCaller::metrics)));
        return counts.empty() ? "" : counts[0].state;
    }
    static void let_pass(TestPlatform& test, std::chrono::milliseconds time) {
        for (const auto end = test.clock().now() + time; test.clock().now() < end;)
            test.step();
    }

    Toy toy_;
    int tries_ = 0;
};

TEST_F(WorkTest, TriesAgainWithPauses) {
    fail_bakes(3, ErrorCode::unavailable);
    TestPlatform test({toy_.service()});
    const auto before = test.clock().now();
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 4);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_EQ(times(test.platform(), "toy_burnt", "o1"), 0);
    EXPECT_GT(test.clock().now() - before, 300ms);
    EXPECT_EQ(metric(test.platform(), "work_retries_total", "kind", "toy.bake"), 3);
    EXPECT_EQ(metric(test.platform(), "work_done_total", "kind", "toy.bake"), 1);
}

TEST_F(WorkTest, GivesUpAfterTheLastAttemptOnce) {
    fail_bakes(1000, ErrorCode::unavailable);
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 5);
    EXPECT_EQ(times(test.platform(), "toy_burnt", "o1"), 1);
    EXPECT_EQ(state(test), "buried");
}

TEST_F(WorkTest, GivesUpAtOnceWhatWillNeverSucceed) {
    fail_bakes(1000, ErrorCode::media_corrupt);
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 1);
    EXPECT_EQ(times(test.platform(), "toy_burnt", "o1"), 1);
}

TEST_F(WorkTest, AnExceptionIsAFault) {
    toy_.bake = [this](auto&, auto&) -> base::Result<void> {
        if (++tries_ == 1) throw std::runtime_error("boom");
        return {};
    };
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
}

TEST_F(WorkTest, AFaultOfTheCommitUndoesItAndIsTriedAgain) {
    toy_.on_commit = [this](auto&) -> base::Result<void> {
        if (++tries_ < 3) return base::fail(ErrorCode::unavailable, "not now");
        return {};
    };
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_EQ(test.events("order.baked").size(), 1U);
}

TEST_F(WorkTest, TellsOfADeathUntilSomebodyHasHeard) {
    fail_bakes(1000, ErrorCode::media_corrupt);
    int told = 0;
    toy_.change = [&](Parts& parts, const Platform&) {
        parts.works[0].gave_up = [&, tell = parts.works[0].gave_up](auto& transaction, auto& claim, auto& error) {
            if (++told < 3) return base::Result<void>(base::fail(ErrorCode::unavailable, "not now"));
            return tell(transaction, claim, error);
        };
    };
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(told, 3);
    EXPECT_EQ(times(test.platform(), "toy_burnt", "o1"), 1);
    EXPECT_EQ(tries_, 1) << "it is not worked on again for that";
}

TEST_F(WorkTest, WorkThatKillsItsProcessesIsGivenUpByTheNext) {
    toy_.most_attempts = 2;
    TestPlatform test({toy_.service()});
    toy_.bake = [&](auto&, auto&) -> base::Result<void> {
        test.crash(static_cast<std::size_t>(tries_++));
        test.start_process();
        return {};
    };
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 2);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 0);
    EXPECT_EQ(times(test.platform(), "toy_burnt", "o1"), 1);
}

TEST_F(WorkTest, AHeartbeatKeepsTheLeaseOfLongWork) {
    TestPlatform test({toy_.service()});
    test.start_process();
    toy_.bake = [&](auto&, const WorkLease& lease) -> base::Result<void> {
        ++tries_;
        let_pass(test, 100s);
        EXPECT_FALSE(lease.lost());
        return {};
    };
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 1);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
}

TEST_F(WorkTest, OneThatSleptPastItsLeaseWritesNothing) {
    TestPlatform test({toy_.service()});
    test.start_process();
    toy_.bake = [&](auto&, const WorkLease& lease) -> base::Result<void> {
        if (++tries_ > 1) return {};
        test.clock().advance(31s);
        while (times(test.platform(), "toy_cakes", "o1") == 0)
            test.step();
        EXPECT_TRUE(lease.lost()) << "the heartbeat told";
        return {};
    };
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 2);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_EQ(metric(test.platform(0), "work_leases_lost_total", "kind", "toy.bake") +
                  metric(test.platform(1), "work_leases_lost_total", "kind", "toy.bake"),
              1);
}

// Without the flag: the fencing token alone refuses the second commit.
TEST_F(WorkTest, TheTokenRefusesAStaleCommit) {
    Toy toy;
    TestPlatform test({toy.service()});
    toy.bake = [&](const store::Claim& claim, auto&) -> base::Result<void> {
        test.clock().advance(31s);
        const auto stolen = must(store::claim_work(test.platform().database.system(store::SystemCaller::claims),
                                                   {.kind = claim.kind, .owner = "thief"}));
        EXPECT_TRUE(stolen.has_value());
        return {};
    };
    order(test, "o1");
    test.settle(1s);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 0);
    EXPECT_EQ(state(test), "leased");
    EXPECT_EQ(metric(test.platform(), "work_leases_lost_total", "kind", "toy.bake"), 1);
}

TEST_F(WorkTest, CancelledWorkIsToldSo) {
    TestPlatform test({toy_.service()});
    toy_.bake = [&](const store::Claim& claim, const WorkLease& lease) -> base::Result<void> {
        auto transaction = must(test.platform().database.tenant("acme").write());
        must(store::cancel_work(transaction, claim.subject));
        must(transaction.commit());
        let_pass(test, 11s);
        EXPECT_TRUE(lease.lost());
        return base::fail(ErrorCode::cancelled, "as told");
    };
    order(test, "o1");
    test.settle();
    EXPECT_EQ(state(test), "cancelled");
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 0);
    EXPECT_EQ(times(test.platform(), "toy_burnt", "o1"), 0);
}

TEST_F(WorkTest, ADrainGivesBackWhatIsInProgress) {
    toy_.most_attempts = 1;
    TestPlatform test({toy_.service()});
    toy_.bake = [&](const store::Claim& claim, const WorkLease& lease) -> base::Result<void> {
        EXPECT_EQ(claim.attempt, 1);
        if (++tries_ == 1) {
            test.drain(0);
            test.start_process();
            EXPECT_TRUE(lease.lost());
        }
        return {};
    };
    order(test, "o1");
    order(test, "o2");
    const auto before = test.clock().now();
    test.settle();
    EXPECT_EQ(tries_, 3);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o2"), 1);
    EXPECT_LT(test.clock().now() - before, 10s) << "nobody waited for a lease to end";
}

TEST_F(WorkTest, TakesSoManyAtOnce) {
    TestPlatform test({toy_.service()});
    int now = 0;
    int most = 0;
    toy_.bake = [&](auto&, auto&) -> base::Result<void> {
        most = std::max(most, ++now);
        let_pass(test, 3s);
        --now;
        return {};
    };
    for (int i = 0; i < 6; ++i)
        order(test, "o" + std::to_string(i));
    test.settle();
    EXPECT_EQ(most, 2);
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(times(test.platform(), "toy_cakes", "o" + std::to_string(i)), 1);
}

TEST_F(WorkTest, KeepsAResultUntilTheStorageTakesIt) {
    TestPlatform test({toy_.service()});
    int refused = 0;
    toy_.bake = [&](auto&, auto&) -> base::Result<void> {
        ++tries_;
        test.faults().admit = [&](std::string_view, model::Access access) -> base::Result<void> {
            if (access == model::Access::read || ++refused > 20) return {};
            return base::fail(ErrorCode::database_busy, "locked");
        };
        return {};
    };
    order(test, "o1");
    test.settle();
    EXPECT_EQ(refused, 21);
    EXPECT_EQ(tries_, 1) << "nothing was worked on twice";
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
}

TEST_F(WorkTest, LeavesWhatRequiresMore) {
    toy_.change = [](Parts& parts, const Platform&) { parts.works[0].capability = "oven-1"; };
    TestPlatform test({toy_.service()});
    auto transaction = must(test.platform().database.tenant("acme").write());
    for (const char* oven : {"oven-1", "oven-2"})
        must(store::add_work(transaction, {.kind = "toy.bake", .subject = "s", .requirement = oven, .payload = oven}));
    must(transaction.commit());
    test.settle(5s);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "oven-1"), 1);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "oven-2"), 0);
}

}  // namespace
}  // namespace flow
