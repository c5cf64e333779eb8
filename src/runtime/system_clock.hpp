// The machine's own clock: the only reader of it.
#pragma once
#include "base/clock.hpp"

namespace runtime {

class SystemClock final : public base::Clock {
  public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override;
    [[nodiscard]] std::chrono::system_clock::time_point utc_now() const override;
};

/// CPU time that the calling thread has used, for accounts of cost (bench), never for decisions.
[[nodiscard]] std::chrono::nanoseconds thread_cpu_time();

}  // namespace runtime
