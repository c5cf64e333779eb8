// Runs one step again and again on an executor, never twice at once: soon after a wake, else when the time comes that
// the last step asked for. Any thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "flow/gate.hpp"

namespace flow {

class Pulse {
  public:
    /// When to run again: 0 is at once; none waits for a wake.
    using Pause = std::optional<std::chrono::milliseconds>;
    /// Clock and executor outlive it; it outlives what runs through the gate. `at_end` runs once after stop().
    Pulse(const std::shared_ptr<Gate>& gate, const base::Clock& clock, base::Executor& executor,
          std::function<Pause()> step, std::function<void()> at_end = {});

    /// The step runs soon; once more when it runs just now.
    void wake();
    /// No further step begins; `at_end` runs now, or by the step that runs just now when that ends.
    void stop();

  private:
    void begin(std::uint64_t turn);
    void end(Pause next);
    void post();
    void schedule(Pause next);

    const std::shared_ptr<Gate> gate_;
    const base::Clock& clock_;
    base::Executor& executor_;
    const std::function<Pause()> step_;
    const std::function<void()> at_end_;
    std::mutex mutex_;        // of everything below
    std::uint64_t turn_ = 0;  // tasks and timers of earlier turns are nothing
    std::optional<base::TimerId> timer_;
    bool posted_ = false;
    bool running_ = false;
    bool woken_ = false;  // while it ran
    bool stopped_ = false;
};

}  // namespace flow
