#include "runtime/network.hpp"

#include <csignal>

#include <boost/asio/redirect_error.hpp>

#include "runtime/asio_private.hpp"

namespace runtime {

Network::Network(std::size_t threads) : state_(std::make_unique<State>()) {
    sigset_t all{};
    sigset_t before{};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread inherits the mask: signals stay with the main thread
    for (std::size_t i = 0; i < threads; ++i)
        state_->threads.emplace_back([this] { state_->context.run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Network::~Network() {
    state_->context.stop();
    for (std::thread& thread : state_->threads)
        thread.join();
    state_->timers.clear();
}

void Network::post(std::function<void()> task) {
    asio::post(state_->context, std::move(task));
}

base::TimerId Network::at(TimePoint time, std::function<void()> task) {
    auto timer = std::make_shared<asio::steady_timer>(state_->context, time);
    const std::lock_guard lock(state_->mutex);
    const base::TimerId number = ++state_->next_timer;
    state_->timers.emplace(number, timer);
    timer->async_wait([state = state_.get(), number, task = std::move(task)](boost::system::error_code) {
        {
            const std::lock_guard once(state->mutex);
            if (state->timers.erase(number) == 0) return;  // cancelled in the meantime
        }
        task();
    });
    return number;
}

void Network::cancel(base::TimerId timer) {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->timers.find(timer);
    if (found == state_->timers.end()) return;
    found->second->cancel();
    state_->timers.erase(found);
}

void Waker::wake() {
    asio::post(strand_, [self = shared_from_this()] {
        self->woken_ = true;
        self->timer_.cancel();
    });
}

awaitable<bool> Waker::wait_until(TimePoint time) {
    if (!woken_) {
        boost::system::error_code fault;
        timer_.expires_at(time);
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, fault));
    }
    co_return std::exchange(woken_, false);
}

}  // namespace runtime
