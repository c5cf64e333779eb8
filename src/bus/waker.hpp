// Tells waiting consumers that a poll is due: at once when this process publishes, and by looking at the file now and
// then for what other processes publish. It looks only while somebody waits.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "bus/sqlite_file.hpp"

namespace bus {

/// Any thread.
class Waker : public std::enable_shared_from_this<Waker> {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;
    Waker(const base::Clock& clock, base::Executor& executor, std::chrono::milliseconds interval,
          std::unique_ptr<SqliteFile> file)
        : clock_(clock), executor_(executor), interval_(interval), file_(std::move(file)) {}

    /// How many times this process has published; to be read before a poll.
    [[nodiscard]] std::uint64_t publications();
    void published();
    /// Posts the task when anything was published after `seen` was read, and at `latest` in any case.
    void wait(const void* consumer, std::uint64_t seen, TimePoint latest, std::function<void()> task);
    /// The consumer waits no more.
    void forget(const void* consumer);
    /// Nobody waits any more.
    void stop();

  private:
    struct Waiter {
        const void* consumer;
        TimePoint latest;
        std::function<void()> task;
    };

    void schedule();
    void tick();
    bool file_has_grown();
    void post_all();

    const base::Clock& clock_;
    base::Executor& executor_;
    std::chrono::milliseconds interval_;
    std::mutex mutex_;  // of everything below
    std::unique_ptr<SqliteFile> file_;
    std::int64_t seen_records_ = -1;
    std::uint64_t publications_ = 0;
    std::vector<Waiter> waiters_;
    std::optional<base::TimerId> timer_;
};

}  // namespace bus
