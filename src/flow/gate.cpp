#include "flow/gate.hpp"

namespace flow {

std::function<void()> Gate::guard(std::function<void()> task) {
    return [self = shared_from_this(), task = std::move(task)] {
        if (!self->enter()) return;
        const std::unique_ptr<Gate, void (*)(Gate*)> inside(self.get(), [](Gate* gate) { gate->leave(); });
        task();
    };
}

void Gate::close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
}

void Gate::cut() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    cut_ = true;
}

bool Gate::closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool Gate::was_cut() const {
    const std::lock_guard lock(mutex_);
    return cut_;
}

bool Gate::idle() const {
    const std::lock_guard lock(mutex_);
    return closed_ && running_ == 0;
}

void Gate::wait() {
    std::unique_lock lock(mutex_);
    left_.wait(lock, [this] { return running_ == 0; });
}

bool Gate::enter() {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    ++running_;
    return true;
}

void Gate::leave() {
    const std::lock_guard lock(mutex_);
    --running_;
    left_.notify_all();
}

}  // namespace flow
