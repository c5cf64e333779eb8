// Time is injected: nothing below `runtime` reads a clock of its own.
#pragma once
#include <chrono>

namespace base {

class Clock {
  public:
    virtual ~Clock() = default;
    /// Never goes back; for durations and deadlines. Any thread.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point now() const = 0;
    /// Wall time, UTC; for what people read. Any thread.
    [[nodiscard]] virtual std::chrono::system_clock::time_point utc_now() const = 0;
};

}  // namespace base
