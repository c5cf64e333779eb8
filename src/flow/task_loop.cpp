#include "flow/task_loop.hpp"

#include <algorithm>

#include "flow/backoff.hpp"
#include "flow/faults.hpp"

namespace flow {

using runtime::LogLevel;
using std::chrono::milliseconds;

TaskLoop::TaskLoop(const Surroundings& surroundings, const PeriodicTask& task)
    : surroundings_(surroundings),
      task_(task),
      faults_(surroundings.platform.metrics
                  .counter({"task_faults_total", "Periodic tasks that ended with a fault", {"task"}})
                  .with({task.name})),
      renewed_(surroundings.platform.clock.now()),
      due_(renewed_),
      pulse_(
          surroundings.gate, surroundings.platform.clock, surroundings.platform.executor, [this] { return step(); },
          [this] { give_back(); }) {}

void TaskLoop::ring() {
    if (!task_.on_commit) return;
    rung_ = true;
    pulse_.wake();
}

Pulse::Pause TaskLoop::step() {
    if (task_.alone) {
        const auto mine = hold_lease();
        if (!mine) return failed(mine.error());
        if (!*mine) return std::max(surroundings_.options.task_lease / 10, milliseconds(1));
    }
    if (surroundings_.platform.clock.now() < due_ && !rung_) return until_due();
    return run();
}

Pulse::Pause TaskLoop::run() {
    rung_ = false;
    const auto more = guarded([&] { return task_.run(lease_ ? &*lease_ : nullptr); });
    if (surroundings_.gate->was_cut()) return std::nullopt;
    if (!more) return failed(more.error());
    failures_ = 0;
    if (*more) return milliseconds(0);
    due_ = surroundings_.platform.clock.now() + task_.every;
    return until_due();
}

// Never so long that the lease would end meanwhile.
Pulse::Pause TaskLoop::until_due() const {
    const auto left = std::chrono::ceil<milliseconds>(due_ - surroundings_.platform.clock.now());
    const auto longest = task_.alone ? surroundings_.options.task_lease / 3 : milliseconds::max();
    return std::clamp(left, milliseconds(1), std::max(longest, milliseconds(1)));
}

Pulse::Pause TaskLoop::failed(const base::Error& error) {
    if (error.code == base::ErrorCode::lease_lost) lease_.reset();
    faults_.add();
    surroundings_.platform.log.write(
        LogLevel::error, "task_failed", nullptr,
        {{"task", task_.name}, {"code", base::code_name(error.code)}, {"message", error.message}});
    const auto wait = wait_after({milliseconds(200), milliseconds(30'000)}, ++failures_, surroundings_.platform.random);
    due_ = surroundings_.platform.clock.now() + std::max(task_.every, wait);
    return until_due();
}

base::Result<bool> TaskLoop::hold_lease() {
    const Time now = surroundings_.platform.clock.now();
    if (lease_) {
        const auto renewed = renew(now);
        if (!renewed || *renewed) return renewed;
    }
    const auto leases = surroundings_.platform.database.system(store::SystemCaller::leases);
    auto acquired =
        store::acquire_lease(leases, task_.name, surroundings_.platform.instance_id, surroundings_.options.task_lease);
    if (!acquired) return std::unexpected(std::move(acquired.error()));
    lease_ = *std::move(acquired);
    renewed_ = now;
    return lease_.has_value();
}

// A third of the lease may pass by our own clock between renewals; whether it is still ours the database says.
base::Result<bool> TaskLoop::renew(Time now) {
    const milliseconds duration = surroundings_.options.task_lease;
    if (now < renewed_ + duration / 3) return true;
    const auto leases = surroundings_.platform.database.system(store::SystemCaller::leases);
    const auto renewed = store::renew_lease(leases, *lease_, duration);
    if (!renewed) return renewed;
    renewed_ = now;
    if (!*renewed) lease_.reset();
    return renewed;
}

void TaskLoop::give_back() {
    if (!lease_) return;
    const auto leases = surroundings_.platform.database.system(store::SystemCaller::leases);
    if (const auto released = store::release_lease(leases, *lease_); !released) {
        surroundings_.platform.log.write(LogLevel::warning, "lease_not_released", nullptr,
                                         {{"task", task_.name}, {"code", base::code_name(released.error().code)}});
    }
    lease_.reset();
}

}  // namespace flow
