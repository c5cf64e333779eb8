#include "runtime/stop_signals.hpp"

#include <csignal>

namespace runtime {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void request_stop(int signal) {
    stop_requested.store(true);
    std::signal(signal, SIG_DFL);  // the second one ends the program at once
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action{};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, nullptr);  // without SA_RESTART: a waiting call returns and the flag is seen
}

}  // namespace

StopSignals::StopSignals() {
    stop_requested.store(false);
    handle(SIGINT, request_stop);
    handle(SIGTERM, request_stop);
    handle(SIGHUP, request_stop);
    handle(SIGPIPE, SIG_IGN);
}

StopSignals::~StopSignals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
        handle(signal, SIG_DFL);
}

const std::atomic<bool>& StopSignals::requested() const {
    return stop_requested;
}

}  // namespace runtime
