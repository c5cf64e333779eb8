// For tests: what the conformance suite of the bus port asks of an adapter's test, and an executor that runs by hand.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "bus/bus.hpp"
#include "runtime/test_processes.hpp"

namespace bus {

/// Runs nothing by itself.
class ManualExecutor final : public base::Executor {
  public:
    explicit ManualExecutor(const base::Clock& clock) : clock_(clock) {}
    void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
    base::TimerId at(std::chrono::steady_clock::time_point time, std::function<void()> task) override {
        timers_.emplace(++last_, std::pair(time, std::move(task)));
        return last_;
    }
    void cancel(base::TimerId timer) override { timers_.erase(timer); }

    /// What has been posted, and the timers whose time has come, once.
    void run() {
        for (auto timer = timers_.begin(); timer != timers_.end();) {
            if (timer->second.first <= clock_.now()) tasks_.push_back(std::move(timer->second.second));
            timer = timer->second.second ? std::next(timer) : timers_.erase(timer);
        }
        for (auto tasks = std::exchange(tasks_, {}); auto& task : tasks)
            task();
        for (auto tasks = std::exchange(tasks_, {}); auto& task : tasks)
            task();  // what the timers posted
    }
    [[nodiscard]] bool idle() const { return tasks_.empty() && timers_.empty(); }

  private:
    const base::Clock& clock_;
    std::deque<std::function<void()>> tasks_;
    std::map<base::TimerId, std::pair<std::chrono::steady_clock::time_point, std::function<void()>>> timers_;
    base::TimerId last_ = 0;
};

/// What a test asks for beyond the place.
struct Settings {
    std::uint32_t partitions = 4;
    std::chrono::milliseconds lease{3000};
    Retention retention{};
};

/// One bus that a test has for itself, empty at first, gone with the object.
class BusUnderTest {
  public:
    virtual ~BusUnderTest() = default;
    /// One more opening of the same bus; from forked children too.
    virtual std::unique_ptr<Bus> open(const Settings& settings, const Surroundings& surroundings) = 0;
    /// Time passes; a bus with a clock of its own waits as well.
    virtual void pass(runtime::SharedClock& clock, std::chrono::milliseconds time) { clock.advance(time); }
};

struct BusCase {
    std::string name;
    std::function<std::unique_ptr<BusUnderTest>()> make;
};

inline std::string case_name(const testing::TestParamInfo<BusCase>& info) {
    return info.param.name;
}
inline std::ostream& operator<<(std::ostream& out, const BusCase& value) {
    return out << value.name;
}

}  // namespace bus
