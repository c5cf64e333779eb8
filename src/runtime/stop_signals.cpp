#include "runtime/stop_signals.hpp"

#include <algorithm>
#include <csignal>
#include <cstdint>

#include <poll.h>
#include <time.h>

namespace runtime {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<std::int64_t> first_signal_ms{0};  // on the monotonic clock; 0: none yet
constexpr std::int64_t one_wish_ms = 1000;
// For a signal that comes between the look at the flag and the wait.
constexpr std::chrono::milliseconds longest_nap{200};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

std::int64_t monotonic_ms() {  // one of the calls that a signal handler may make
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000 + 1;
}

void request_stop(int signal) {
    const std::int64_t now = monotonic_ms();
    std::int64_t first = 0;
    stop_requested.store(true);
    if (first_signal_ms.compare_exchange_strong(first, now) || now - first < one_wish_ms) return;
    std::signal(signal, SIG_DFL);
    std::raise(signal);  // ends the program when this handler returns
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action{};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);  // without SA_RESTART: a waiting call returns and the flag is seen
}

bool is_ignored(int signal) {
    struct sigaction action{};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignals::StopSignals() : hangup_is_ignored_(is_ignored(SIGHUP)) {
    stop_requested.store(false);
    first_signal_ms.store(0);
    handle(SIGINT, request_stop);
    handle(SIGTERM, request_stop);
    if (!hangup_is_ignored_) handle(SIGHUP, request_stop);
    handle(SIGPIPE, SIG_IGN);
    handle(SIGXFSZ, SIG_IGN);
}

StopSignals::~StopSignals() {
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ})
        handle(signal, SIG_DFL);
    if (!hangup_is_ignored_) handle(SIGHUP, SIG_DFL);
}

const std::atomic<bool>& StopSignals::requested() const {
    return stop_requested;
}

bool StopSignals::wait(std::chrono::milliseconds at_most) const {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!stop_requested) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        poll(nullptr, 0, static_cast<int>(std::min(left, longest_nap).count()));  // a signal ends it early
    }
    return stop_requested;
}

}  // namespace runtime
