#include "bus/waker.hpp"

namespace bus {

std::uint64_t Waker::publications() {
    const std::lock_guard lock(mutex_);
    return publications_;
}

void Waker::published() {
    const std::lock_guard lock(mutex_);
    ++publications_;
    post_all();
}

void Waker::wait(const void* consumer, std::uint64_t seen, TimePoint latest, std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [&](const Waiter& waiter) { return waiter.consumer == consumer; });
    if (publications_ != seen) return executor_.post(std::move(task));
    waiters_.push_back({consumer, latest, std::move(task)});
    schedule();
}

void Waker::forget(const void* consumer) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [&](const Waiter& waiter) { return waiter.consumer == consumer; });
}

void Waker::stop() {
    const std::lock_guard lock(mutex_);
    waiters_.clear();
    if (timer_) executor_.cancel(*timer_);
    timer_.reset();
}

void Waker::schedule() {
    if (timer_ || waiters_.empty()) return;
    timer_ = executor_.at(clock_.now() + interval_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->tick();
    });
}

void Waker::tick() {
    const std::lock_guard lock(mutex_);
    timer_.reset();
    if (file_has_grown()) post_all();
    const TimePoint now = clock_.now();
    for (Waiter& waiter : waiters_) {
        if (waiter.latest <= now) executor_.post(std::exchange(waiter.task, nullptr));
    }
    std::erase_if(waiters_, [](const Waiter& waiter) { return waiter.task == nullptr; });
    schedule();
}

// A fault counts as growth: the poll that follows meets it and tells it.
bool Waker::file_has_grown() {
    const auto records = file_->number("select sum(next_offset) from partitions");
    return std::exchange(seen_records_, records.value_or(-1)) != records.value_or(-2);
}

void Waker::post_all() {
    for (Waiter& waiter : waiters_)
        executor_.post(std::move(waiter.task));
    waiters_.clear();
}

}  // namespace bus
