// Threads, and pools over them that hand results back in the order of submission, whatever the order in which the tasks
// end. Bounded: at most `capacity` tasks of a pool are submitted and not yet taken back.
//
// One thread (the owner) submits and takes; tasks run on the shared threads, with all signals blocked. A pool's
// destruction waits for its running tasks and drops those that have not begun.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace runtime {

/// A fixed set of threads that run what is posted, first in, first out. Destruction waits for running tasks and drops
/// the rest; pools over it must be gone by then.
class Threads {
  public:
    /// `niceness` (0 to 19) makes them, and the processes that they start, give way to the rest of this machine.
    explicit Threads(std::size_t count, int niceness = 0);
    ~Threads();
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    [[nodiscard]] std::size_t size() const { return threads_.size(); }
    /// Any thread. The task must not throw.
    void post(std::function<void()> task);

  private:
    void run(int niceness);
    void stop();
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

/// How many threads may run at once on this machine, as the scheduler and the process's affinity allow; at least 1.
std::size_t usable_cores();

template <class Result>
class OrderedPool {
  public:
    /// Several pools may share `threads`, which must outlive them.
    OrderedPool(Threads& threads, std::size_t capacity) : capacity_(capacity), threads_(threads) {}

    ~OrderedPool() {
        std::unique_lock lock(mutex_);
        dropping_ = true;
        done_.wait(lock, [this] { return unfinished_ == 0; });
    }
    OrderedPool(const OrderedPool&) = delete;
    OrderedPool& operator=(const OrderedPool&) = delete;

    /// Whether a result must be taken before the next submit.
    [[nodiscard]] bool full() const { return slots_.size() >= capacity_; }
    [[nodiscard]] bool empty() const { return slots_.empty(); }

    /// Owner only; not when full. The task must not throw.
    void submit(std::function<Result()> task) {
        auto slot = std::make_shared<Slot>();
        slots_.push_back(slot);
        {
            const std::lock_guard lock(mutex_);
            ++unfinished_;
        }
        threads_.post([this, slot, task = std::move(task)] { run(*slot, task); });
    }

    /// Owner only; not when empty. Waits for the oldest task and gives its result.
    Result take() {
        std::unique_lock lock(mutex_);
        done_.wait(lock, [this] { return slots_.front()->result.has_value(); });
        Result result = std::move(*slots_.front()->result);
        slots_.pop_front();
        return result;
    }

    /// Owner only. Whether take() would answer at once.
    [[nodiscard]] bool ready() {
        const std::lock_guard lock(mutex_);
        return !slots_.empty() && slots_.front()->result.has_value();
    }

  private:
    struct Slot {
        std::optional<Result> result;
    };

    void run(Slot& slot, const std::function<Result()>& task) {
        std::optional<Result> result;
        if (!dropping_) result.emplace(task());
        const std::lock_guard lock(mutex_);
        slot.result = std::move(result);
        --unfinished_;
        done_.notify_all();
    }

    std::size_t capacity_;
    Threads& threads_;
    std::mutex mutex_;
    std::condition_variable done_;
    std::deque<std::shared_ptr<Slot>> slots_;  // owner only; what a slot holds is under the mutex
    std::size_t unfinished_ = 0;               // under the mutex
    std::atomic<bool> dropping_ = false;
};

}  // namespace runtime
