#include "flow/pulse.hpp"

#include <utility>

namespace flow {

Pulse::Pulse(const std::shared_ptr<Gate>& gate, const base::Clock& clock, base::Executor& executor,
             std::function<Pause()> step, std::function<void()> at_end)
    : gate_(gate), clock_(clock), executor_(executor), step_(std::move(step)), at_end_(std::move(at_end)) {}

void Pulse::wake() {
    const std::lock_guard lock(mutex_);
    if (stopped_ || posted_) return;
    if (running_) {
        woken_ = true;
    } else {
        post();
    }
}

void Pulse::stop() {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(stopped_, true)) return;
        if (timer_) executor_.cancel(*timer_);
        if (running_) return;
    }
    if (at_end_) at_end_();
}

void Pulse::begin(std::uint64_t turn) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_ || turn != turn_) return;
        ++turn_;
        timer_.reset();
        posted_ = false;
        running_ = true;
    }
    end(step_());
}

void Pulse::end(Pause next) {
    if (gate_->was_cut()) return;
    {
        const std::lock_guard lock(mutex_);
        running_ = false;
        const bool again = std::exchange(woken_, false);
        if (!stopped_) return schedule(again ? Pause(0) : next);
    }
    if (at_end_) at_end_();
}

void Pulse::post() {
    if (timer_) executor_.cancel(*timer_);
    timer_.reset();
    posted_ = true;
    executor_.post(gate_->guard([this, turn = ++turn_] { begin(turn); }));
}

void Pulse::schedule(Pause next) {
    if (!next) return;
    if (next->count() <= 0) return post();
    timer_ = executor_.at(clock_.now() + *next, gate_->guard([this, turn = ++turn_] { begin(turn); }));
}

}  // namespace flow
