// Runs the parts of a service: consumers of events, workers and periodic tasks, on the platform's executors.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "flow/service.hpp"

namespace flow {

struct RunnerOptions {
    std::chrono::milliseconds lease{30'000};       // of claimed work; the heartbeat comes three times a lease
    std::chrono::milliseconds look_for_work{200};  // when nothing rang
    std::chrono::milliseconds event_first_retry{200};
    std::chrono::milliseconds event_longest_retry{30'000};
    int event_tries = 8;
    std::chrono::milliseconds task_lease{10'000};  // of tasks that run alone
};

class ServiceRunner {
  public:
    /// Everything outlives it. `parts` are those that the service of this name made. Starts nothing yet.
    ServiceRunner(const Platform& platform, std::string service, Parts parts, const RunnerOptions& options = {});
    /// As drain(), then waits until nothing of it runs any more. Not on one of the platform's executors' threads.
    ~ServiceRunner();
    ServiceRunner(const ServiceRunner&) = delete;
    ServiceRunner& operator=(const ServiceRunner&) = delete;

    void start();
    /// Takes nothing new; work in progress is told that its lease is lost and given back without counting the attempt.
    /// Any thread; harmless when repeated.
    void drain();
    /// Whether nothing of it runs (after drain) or waits to run on an executor.
    [[nodiscard]] bool idle() const;
    /// Stops at once as a crash would: nothing is given back, nothing more is written. For simulation, on its one
    /// thread. Keep the object: its end gives its bus partitions back.
    void crash();
    [[nodiscard]] const Parts& parts() const;

    struct Core;

  private:
    std::shared_ptr<Core> core_;
};

/// The platform's own periodic tasks, in every process that runs any service: the relay from the outbox to the bus
/// ("relay", alone), the reaper of expired leases, and the sweeper of old rows, records and abandoned blob uploads
/// ("sweeper", alone).
Parts housekeeping(const Platform& platform);
std::vector<runtime::Option> housekeeping_options();

}  // namespace flow
