#include "speech/live_delay.hpp"

#include <algorithm>
#include <cmath>

namespace speech {

void LiveDelay::add(std::chrono::nanoseconds waited, std::int64_t times) {
    const std::int64_t waited_ms = std::chrono::duration_cast<std::chrono::milliseconds>(waited).count();
    const auto last = static_cast<std::int64_t>(buckets_.size()) - 1;
    buckets_.at(static_cast<std::size_t>(std::clamp<std::int64_t>(waited_ms / bucket_ms, 0, last))) += times;
    count_ += times;
}

double LiveDelay::percentile_seconds(double share) const {
    if (count_ == 0) return 0;
    const auto wanted = std::max<std::int64_t>(std::llround(std::ceil(share * static_cast<double>(count_))), 1);
    std::int64_t seen = 0;
    std::size_t bucket = 0;
    while ((seen += buckets_.at(bucket)) < wanted)
        ++bucket;
    return static_cast<double>(static_cast<std::int64_t>(bucket + 1) * bucket_ms) / 1000;
}

}  // namespace speech
