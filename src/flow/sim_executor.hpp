// For tests and simulation: runs everything on the calling thread, in an order that a seed decides, on a clock that it
// moves itself.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "base/fakes.hpp"

namespace flow {

/// One thread.
class SimExecutor final : public base::Executor {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Task = std::function<void()>;

    /// The clock outlives it.
    SimExecutor(base::ManualClock& clock, std::uint64_t seed) : clock_(clock), choice_(seed) {}

    void post(Task task) override { ready_.push_back(std::move(task)); }
    base::TimerId at(Time time, Task task) override {
        timers_.emplace(std::pair(time, ++last_timer_), std::move(task));
        times_.emplace(last_timer_, time);
        return last_timer_;
    }
    void cancel(base::TimerId timer) override {
        const auto found = times_.find(timer);
        if (found == times_.end()) return;
        timers_.erase({found->second, timer});
        times_.erase(found);
    }

    /// Runs one task of those that may run now; false when there is none.
    bool run_one() {
        collect_due();
        if (ready_.empty()) return false;
        std::swap(ready_[choice_.below(ready_.size())], ready_.back());
        const Task task = std::move(ready_.back());
        ready_.pop_back();
        task();
        return true;
    }
    /// Runs until nothing may run now. Throws when that takes suspiciously long.
    void run_ready() {
        constexpr int most_tasks = 1'000'000;
        for (int i = 0; run_one(); ++i) {
            if (i == most_tasks) throw std::runtime_error("a million tasks without the clock moving");
        }
    }
    /// Moves the clock to the next timer, at most to `limit`; false when there is none before.
    bool advance(Time limit) {
        const bool any = !timers_.empty() && timers_.begin()->first.first <= limit;
        const Time to = any ? timers_.begin()->first.first : limit;
        if (to > clock_.now()) clock_.advance(to - clock_.now());
        return any;
    }

  private:
    void collect_due() {
        while (!timers_.empty() && timers_.begin()->first.first <= clock_.now()) {
            times_.erase(timers_.begin()->first.second);
            ready_.push_back(std::move(timers_.begin()->second));
            timers_.erase(timers_.begin());
        }
    }

    base::ManualClock& clock_;
    base::SeededRandom choice_;
    std::vector<Task> ready_;
    std::map<std::pair<Time, base::TimerId>, Task> timers_;
    std::map<base::TimerId, Time> times_;
    base::TimerId last_timer_ = 0;
};

}  // namespace flow
