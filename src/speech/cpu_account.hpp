// CPU time of the engine's own calls, for the bench's account of where time goes.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>

#include "runtime/system_clock.hpp"

namespace speech {

/// Adds the CPU time between its birth and its end, on one thread, to an account that may be absent.
class CpuAccount {
  public:
    explicit CpuAccount(std::atomic<std::int64_t>* total_ns)
        : total_ns_(total_ns), start_(total_ns == nullptr ? std::chrono::nanoseconds(0) : runtime::thread_cpu_time()) {}
    ~CpuAccount() {
        if (total_ns_ != nullptr) *total_ns_ += (runtime::thread_cpu_time() - start_).count();
    }
    CpuAccount(const CpuAccount&) = delete;
    CpuAccount& operator=(const CpuAccount&) = delete;

  private:
    std::atomic<std::int64_t>* total_ns_;
    std::chrono::nanoseconds start_;
};

}  // namespace speech
