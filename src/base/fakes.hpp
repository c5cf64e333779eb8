// A clock that stands still until it is told otherwise and randomness that repeats: for tests and simulation.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace base {

/// Both clocks advance together, only by `advance`. Any thread.
class ManualClock final : public Clock {
  public:
    /// `start_ms` since the Unix epoch; the default is 2026-01-01T00:00:00Z.
    explicit ManualClock(std::int64_t start_ms = 1'767'225'600'000) : ns_(start_ms * ns_a_ms) {}

    void advance(std::chrono::nanoseconds time) { ns_ += time.count(); }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns_));
    }
    [[nodiscard]] std::chrono::system_clock::time_point utc_now() const override {
        return std::chrono::system_clock::time_point(std::chrono::nanoseconds(ns_));
    }

  private:
    static constexpr std::int64_t ns_a_ms = 1'000'000;
    std::atomic<std::int64_t> ns_;
};

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014). Any thread; the order of
/// the calls decides what each one gets.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

    void fill(std::span<std::byte> buffer) override {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < buffer.size(); ++i) {
            if (i % sizeof(std::uint64_t) == 0) bits_ = step();
            buffer[i] = static_cast<std::byte>(bits_ >> (i % sizeof(std::uint64_t) * 8));
        }
    }

    /// A number from 0 to below `limit`, which must not be 0.
    std::uint64_t below(std::uint64_t limit) {
        const std::lock_guard lock(mutex_);
        return step() % limit;
    }

  private:
    std::uint64_t step() {
        std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
        return mixed ^ (mixed >> 31U);
    }

    std::mutex mutex_;
    std::uint64_t state_;
    std::uint64_t bits_ = 0;
};

}  // namespace base
