// How long a stream's speakers waited for their text: a histogram of constant size.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace speech {

class LiveDelay {
  public:
    /// `times` pieces of speech waited so long.
    void add(std::chrono::nanoseconds waited, std::int64_t times);
    /// The shortest delay, up to 10 ms more, that `share` (0 to 1) of the speech did not exceed; at most a minute; 0
    /// while there is none.
    [[nodiscard]] double percentile_seconds(double share) const;
    [[nodiscard]] std::int64_t count() const { return count_; }

  private:
    static constexpr std::int64_t bucket_ms = 10;
    std::array<std::int64_t, 6000> buckets_{};
    std::int64_t count_ = 0;
};

}  // namespace speech
