// For tests: a clock whose wall time is wrong by a fixed time, as that of one machine among several is.
#pragma once
#include "base/clock.hpp"

namespace flow {

/// The true clock outlives it.
class SkewedClock final : public base::Clock {
  public:
    SkewedClock(const base::Clock& truth, std::chrono::milliseconds skew) : truth_(truth), skew_(skew) {}
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return truth_.now(); }
    [[nodiscard]] std::chrono::system_clock::time_point utc_now() const override { return truth_.utc_now() + skew_; }

  private:
    const base::Clock& truth_;
    std::chrono::milliseconds skew_;
};

}  // namespace flow
