#include "runtime/stop_signals.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// The end of a process that gets SIGTERM this long after a first one; its exit status, or the signal's number negated.
int end_of_second_signal_after(int pause_ms) {
    const pid_t child = fork();
    if (child == 0) {
        const runtime::StopSignals signals;
        std::raise(SIGTERM);
        poll(nullptr, 0, pause_ms);
        std::raise(SIGTERM);
        _exit(signals.requested() ? 7 : 8);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(StopSignals, AreOneWishWhenTheyComeTogether) {
    EXPECT_EQ(end_of_second_signal_after(0), 7);
}

TEST(StopSignals, EndTheProgramWhenTheWishIsRepeated) {
    EXPECT_EQ(end_of_second_signal_after(1100), -SIGTERM);
}

TEST(StopSignals, LeaveAHangupIgnoredThatWasSoBefore) {
    std::signal(SIGHUP, SIG_IGN);  // as nohup does
    {
        const runtime::StopSignals signals;
        std::raise(SIGHUP);
        EXPECT_FALSE(signals.requested());
    }
    EXPECT_EQ(std::signal(SIGHUP, SIG_DFL), SIG_IGN);
    const runtime::StopSignals signals;
    std::raise(SIGHUP);
    EXPECT_TRUE(signals.requested());
}

TEST(StopSignals, AreForgottenByTheNextOne) {
    {
        const runtime::StopSignals signals;
        std::raise(SIGINT);
        EXPECT_TRUE(signals.requested());
    }
    const runtime::StopSignals signals;
    EXPECT_FALSE(signals.requested());
    std::raise(SIGXFSZ);  // an error of write(), not an end
}

}  // namespace
