#include "runtime/worker_pool.hpp"

#include <latch>

#include <gtest/gtest.h>

#include "runtime/system_clock.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::WorkerPool;

class Worker : public testing::Test {
  protected:
    std::latch begun_{1};
    std::latch release_{1};
    WorkerPool pool_{{.workers = 1, .waiting_tasks = 2, .waiting_bytes = 100}};
    void occupy() {
        ASSERT_TRUE(pool_.try_post(0, [this] {
            begun_.count_down();
            release_.wait();
        }));
        begun_.wait();
    }
};

TEST_F(Worker, RefusesMoreTasksThanMayWait) {
    occupy();
    std::latch done(3);
    EXPECT_TRUE(pool_.try_post(0, [&] { done.count_down(); }));
    EXPECT_TRUE(pool_.try_post(0, [&] { done.count_down(); }));
    EXPECT_FALSE(pool_.try_post(0, [] {}));
    EXPECT_EQ(pool_.waiting(), 2U);
    pool_.post([&] { done.count_down(); });
    release_.count_down();
    done.wait();
    EXPECT_TRUE(pool_.try_post(0, [] {})) << "there is room again";
}

TEST_F(Worker, RefusesMoreBytesThanMayWait) {
    occupy();
    EXPECT_TRUE(pool_.try_post(60, [] {}));
    EXPECT_FALSE(pool_.try_post(41, [] {}));
    EXPECT_TRUE(pool_.try_post(40, [] {}));
    release_.count_down();
}

TEST(PoolExecutor, RunsTimersOnTheWorkersAndForgetsThem) {
    runtime::Network network(1);
    WorkerPool pool({.workers = 1});
    runtime::PoolExecutor executor(network, pool);
    const auto now = runtime::SystemClock().now();
    std::latch fired(2);
    std::atomic<bool> forgotten_ran = false;
    const auto forgotten = executor.at(now + 10ms, [&] { forgotten_ran = true; });
    executor.cancel(forgotten);
    executor.at(now + 30ms, [&] { fired.count_down(); });
    executor.post([&] { fired.count_down(); });
    fired.wait();
    EXPECT_GE(runtime::SystemClock().now(), now + 30ms);
    EXPECT_FALSE(forgotten_ran);
}

}  // namespace
