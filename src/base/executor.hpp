// Execution is injected: threads in production, one seeded single thread in simulation. Nothing above `runtime` starts
// a thread, sleeps or waits; it posts.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>

namespace base {

using TimerId = std::uint64_t;

class Executor {
  public:
    virtual ~Executor() = default;
    /// Runs the task soon, once, on one of the executor's threads. The task must not throw. Any thread.
    virtual void post(std::function<void()> task) = 0;
    /// Runs the task at or after this time. Any thread.
    virtual TimerId at(std::chrono::steady_clock::time_point time, std::function<void()> task) = 0;
    /// Forgets a timer whose task has not begun; harmless otherwise. Any thread.
    virtual void cancel(TimerId timer) = 0;
};

}  // namespace base
