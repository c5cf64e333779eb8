// A service's own bounded set of workers: where its handlers run. What is new must be admitted and may be refused; what
// was admitted once (the next chunk of an upload, the next part of an answer) is never refused, and is bounded by the
// number of connections, each of which has at most one such task.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "base/executor.hpp"
#include "runtime/network.hpp"
#include "runtime/ordered_pool.hpp"

namespace runtime {

struct WorkerLimits {
    std::size_t workers = 4;
    int niceness = 0;                                           // runtime::Threads
    std::size_t waiting_tasks = 256;                            // admitted and not yet begun
    std::size_t waiting_bytes = std::size_t{64} * 1024 * 1024;  // of the bodies they hold
};

class WorkerPool {
  public:
    explicit WorkerPool(WorkerLimits limits) : limits_(limits), threads_(limits.workers, limits.niceness) {}

    /// Runs the task on a worker, or says false at once when too many tasks or bytes wait. The task must not throw. Any
    /// thread.
    [[nodiscard]] bool try_post(std::size_t size_bytes, std::function<void()> task);
    /// For what was admitted before. Any thread.
    void post(std::function<void()> task);
    [[nodiscard]] std::size_t waiting() const { return waiting_tasks_.load(); }

  private:
    WorkerLimits limits_;
    std::atomic<std::size_t> waiting_tasks_ = 0;
    std::atomic<std::size_t> waiting_bytes_ = 0;
    Threads threads_;
};

/// The Executor of a service: tasks and due timers run on its workers.
class PoolExecutor final : public base::Executor {
  public:
    /// Both must outlive it; `network` keeps the time.
    PoolExecutor(Network& network, WorkerPool& pool) : network_(network), pool_(pool) {}
    void post(std::function<void()> task) override { pool_.post(std::move(task)); }
    base::TimerId at(std::chrono::steady_clock::time_point time, std::function<void()> task) override;
    void cancel(base::TimerId timer) override { network_.cancel(timer); }

  private:
    Network& network_;
    WorkerPool& pool_;
};

}  // namespace runtime
