// How long to wait before the next try: exponential with full jitter (Brooker: "Exponential Backoff And Jitter", 2015).
#pragma once
#include <chrono>
#include <cstdint>

#include "base/random.hpp"

namespace flow {

struct Backoff {
    std::chrono::milliseconds first;
    std::chrono::milliseconds longest;
};

/// The longest that the wait after the n-th failure (from 1) may be: doubled each time.
std::chrono::milliseconds ceiling(const Backoff& backoff, std::int64_t failures);

/// A time from 1 ms to that, evenly. Any thread.
std::chrono::milliseconds wait_after(const Backoff& backoff, std::int64_t failures, base::Random& random);

}  // namespace flow
