#include "runtime/ordered_pool.hpp"

#include <fstream>
#include <latch>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace {

// Whether a thread of this process waits for something.
bool sleeps(pid_t thread) {
    std::string stat;
    std::getline(std::ifstream("/proc/self/task/" + std::to_string(thread) + "/stat"), stat);
    return stat.contains(") S ");
}

TEST(OrderedPool, GivesResultsInTheOrderOfSubmission) {
    runtime::Threads threads(4);
    runtime::OrderedPool<int> pool(threads, 8);
    std::vector<int> taken;
    for (int task = 0; task < 200; ++task) {
        if (pool.full()) taken.push_back(pool.take());
        pool.submit([task] {
            for (int spin = 0; spin < (task % 7) * 1000; ++spin)
                std::atomic_signal_fence(std::memory_order_seq_cst);
            return task;
        });
    }
    while (!pool.empty())
        taken.push_back(pool.take());
    ASSERT_EQ(taken.size(), 200U);
    for (int task = 0; task < 200; ++task)
        EXPECT_EQ(taken[static_cast<std::size_t>(task)], task);
}

TEST(OrderedPool, HoldsTheLaterResultBackUntilTheFirstIsThere) {
    runtime::Threads threads(2);
    runtime::OrderedPool<int> pool(threads, 2);
    std::latch release(1);
    std::latch second_done(1);
    pool.submit([&] {
        release.wait();
        return 1;
    });
    pool.submit([&] {
        second_done.count_down();
        return 2;
    });
    second_done.wait();
    EXPECT_FALSE(pool.ready());
    release.count_down();
    EXPECT_EQ(pool.take(), 1);
    EXPECT_EQ(pool.take(), 2);
    EXPECT_TRUE(pool.empty());
}

TEST(OrderedPool, DropsWhatHasNotBegunAndWaitsForWhatHas) {
    runtime::Threads threads(1);
    std::latch begun(1);
    std::latch release(1);
    std::atomic<int> ran = 0;
    runtime::Threads helper(1);
    {
        runtime::OrderedPool<int> pool(threads, 10);
        pool.submit([&] {
            begun.count_down();
            release.wait();
            return ++ran;
        });
        for (int task = 0; task < 9; ++task)
            pool.submit([&] { return ++ran; });
        begun.wait();
        helper.post([&, owner = gettid()] {  // once the pool below is being destroyed, which waits for it
            while (!sleeps(owner))
                std::this_thread::yield();
            release.count_down();
        });
    }
    const int after_destruction = ran.load();
    EXPECT_EQ(after_destruction, 1) << "what had begun has ended, and nothing else ran";
    runtime::OrderedPool<int> next(threads, 1);
    next.submit([] { return 7; });
    EXPECT_EQ(next.take(), 7) << "the shared threads go on";
    EXPECT_EQ(ran.load(), after_destruction) << "nothing of the first pool runs any more";
}

TEST(OrderedPool, SharesThreadsBetweenPools) {
    runtime::Threads threads(2);
    runtime::OrderedPool<int> first(threads, 4);
    runtime::OrderedPool<int> second(threads, 4);
    for (int task = 0; task < 4; ++task) {
        first.submit([task] { return task; });
        second.submit([task] { return 10 + task; });
    }
    for (int task = 0; task < 4; ++task) {
        EXPECT_EQ(second.take(), 10 + task);
        EXPECT_EQ(first.take(), task);
    }
}

TEST(UsableCores, IsAtLeastOne) {
    EXPECT_GE(runtime::usable_cores(), 1U);
}

}  // namespace
