// Private to flow: one periodic task of a service in this process, under its named lease when it runs alone.
#pragma once
#include <atomic>
#include <chrono>
#include <optional>

#include "flow/pulse.hpp"
#include "flow/surroundings.hpp"

namespace flow {

class TaskLoop {
  public:
    /// Both outlive it.
    TaskLoop(const Surroundings& surroundings, const PeriodicTask& task);
    void start() { pulse_.wake(); }
    /// Something was committed.
    void ring();
    /// Gives the lease back, so that another process takes over at once.
    void stop() { pulse_.stop(); }

  private:
    using Time = std::chrono::steady_clock::time_point;

    Pulse::Pause step();
    Pulse::Pause run();
    base::Result<bool> hold_lease();
    base::Result<bool> renew(Time now);
    void give_back();
    Pulse::Pause failed(const base::Error& error);
    [[nodiscard]] Pulse::Pause until_due() const;

    const Surroundings& surroundings_;
    const PeriodicTask& task_;
    runtime::Counter& faults_;
    std::optional<store::NamedLease> lease_;
    Time renewed_;
    Time due_;
    std::atomic<bool> rung_ = false;
    std::int64_t failures_ = 0;  // in a row
    Pulse pulse_;
};

}  // namespace flow
