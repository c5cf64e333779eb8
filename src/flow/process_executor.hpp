// For tests: one process's view of the shared executor, so that the process can stand still as SIGSTOP makes it: what
// is due while it does runs when it goes on.
#pragma once
#include <utility>
#include <vector>

#include "flow/sim_executor.hpp"

namespace flow {

/// One thread; the shared executor outlives it, and it the tasks.
class ProcessExecutor final : public base::Executor {
  public:
    explicit ProcessExecutor(SimExecutor& shared) : shared_(shared) {}

    void post(std::function<void()> task) override { shared_.post(halting(std::move(task))); }
    base::TimerId at(std::chrono::steady_clock::time_point time, std::function<void()> task) override {
        return shared_.at(time, halting(std::move(task)));
    }
    void cancel(base::TimerId timer) override { shared_.cancel(timer); }

    /// Nothing runs any more.
    void stop() { stopped_ = true; }
    void freeze() { frozen_ = true; }
    void thaw() {
        frozen_ = false;
        for (auto& task : std::exchange(waiting_, {}))
            shared_.post(halting(std::move(task)));
    }
    [[nodiscard]] bool frozen() const { return frozen_; }

  private:
    std::function<void()> halting(std::function<void()> task) {
        return [this, task = std::move(task)] {
            if (stopped_) return;
            if (frozen_) {
                waiting_.push_back(task);
            } else {
                task();
            }
        };
    }

    SimExecutor& shared_;
    bool stopped_ = false;
    bool frozen_ = false;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace flow
