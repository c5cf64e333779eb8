#include "flow/pulse.hpp"

#include <gtest/gtest.h>

#include "flow/sim_executor.hpp"

namespace flow {
namespace {

using namespace std::chrono_literals;

class PulseTest : public testing::Test {
  protected:
    void run_for(std::chrono::milliseconds time) {
        const auto end = clock_.now() + time;
        do
            executor_.run_ready();
        while (executor_.advance(end));
        executor_.run_ready();
    }

    base::ManualClock clock_;
    SimExecutor executor_{clock_, 1};
    std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
    int steps_ = 0;
    int ends_ = 0;
    Pulse::Pause pause_;
    std::function<void()> inside_ = [] {};
    Pulse pulse_{gate_, clock_, executor_,
                 [this] {
                     ++steps_;
                     inside_();
                     return pause_;
                 },
                 [this] { ++ends_; }};
};

TEST_F(PulseTest, RunsOnceForAllWakesBefore) {
    pulse_.wake();
    pulse_.wake();
    EXPECT_EQ(steps_, 0);
    run_for(1h);
    EXPECT_EQ(steps_, 1);
}

TEST_F(PulseTest, RunsAgainAfterItsPause) {
    pause_ = 100ms;
    pulse_.wake();
    run_for(1s);
    EXPECT_EQ(steps_, 11);
}

TEST_F(PulseTest, AWakeComesBeforeThePause) {
    pause_ = 10s;
    pulse_.wake();
    run_for(5s);
    pulse_.wake();
    run_for(9s);
    EXPECT_EQ(steps_, 2) << "the timer of the first pause is gone";
    run_for(2s);
    EXPECT_EQ(steps_, 3);
}

TEST_F(PulseTest, AWakeWhileItRunsIsNotForgotten) {
    inside_ = [this] {
        if (steps_ == 1) pulse_.wake();
    };
    pulse_.wake();
    run_for(1s);
    EXPECT_EQ(steps_, 2);
}

TEST_F(PulseTest, EndsOnceAfterTheRunningStep) {
    pause_ = 1ms;
    inside_ = [this] {
        pulse_.stop();
        EXPECT_EQ(ends_, 0);
    };
    pulse_.wake();
    run_for(1s);
    pulse_.stop();
    pulse_.wake();
    run_for(1s);
    EXPECT_EQ(steps_, 1);
    EXPECT_EQ(ends_, 1);
}

TEST_F(PulseTest, NothingPassesAClosedGate) {
    pulse_.wake();
    EXPECT_FALSE(gate_->idle());
    gate_->close();
    run_for(1s);
    EXPECT_EQ(steps_, 0);
    EXPECT_TRUE(gate_->idle());
}

TEST_F(PulseTest, ACutEndsNothing) {
    inside_ = [this] { gate_->cut(); };
    pause_ = 1ms;
    pulse_.wake();
    run_for(1s);
    EXPECT_EQ(steps_, 1);
    EXPECT_EQ(ends_, 0);
}

}  // namespace
}  // namespace flow
