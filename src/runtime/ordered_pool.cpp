#include "runtime/ordered_pool.hpp"

#include <algorithm>
#include <csignal>

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

namespace runtime {
namespace {

// A new thread inherits the mask of its maker: signals stay with the main thread.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all{};
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace

Threads::Threads(std::size_t count, int niceness) {
    const AllSignalsBlocked blocked;
    try {
        for (std::size_t i = 0; i < count; ++i)
            threads_.emplace_back([this, niceness] { run(niceness); });
    } catch (...) {
        stop();  // the machine has no more threads: those that began must end first
        throw;
    }
}

Threads::~Threads() {
    stop();
}

void Threads::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        tasks_.clear();
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void Threads::post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    wake_.notify_one();  // under the lock: the task may be what our owner waits for before it ends us
}

void Threads::run(int niceness) {
    // On Linux a thread has a niceness of its own. A refusal leaves it at the process's: slower answers, not wrong
    // ones.
    if (niceness > 0) static_cast<void>(setpriority(PRIO_PROCESS, 0, niceness));
    while (true) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (stopping_) return;
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
    }
}

std::size_t usable_cores() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&allowed)));
}

}  // namespace runtime
