#include "runtime/process.hpp"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using runtime::Process;
using runtime::ReadEnd;

base::Result<Process> shell(const std::string& script, int inherited = -1) {
    return Process::start({"/bin/sh", {"-c", script}, inherited});
}

std::string read_all(Process& process) {
    std::string text;
    std::array<std::byte, 16> buffer{};
    while (true) {
        const auto outcome = process.read(buffer, 10s, nullptr);
        if (outcome.end != ReadEnd::data) return text;
        for (std::size_t i = 0; i < outcome.size_bytes; ++i)
            text += static_cast<char>(buffer[i]);
    }
}

TEST(Process, ReadsTheChildsOutputToItsEnd) {
    auto process = shell("echo a longer line than the buffer; exit 3");
    ASSERT_TRUE(process);
    EXPECT_EQ(read_all(*process), "a longer line than the buffer\n");
    const auto end = process->wait();
    EXPECT_FALSE(end.signalled);
    EXPECT_EQ(end.code, 3);
    EXPECT_EQ(process->wait().code, 3) << "the same answer again";
}

TEST(Process, TellsWhichSignalEndedIt) {
    auto process = shell("kill -SEGV $$");
    ASSERT_TRUE(process);
    const auto end = process->wait();
    EXPECT_TRUE(end.signalled);
    EXPECT_EQ(end.code, SIGSEGV);
}

TEST(Process, GivesTheChildOneDescriptorAndNoEnvironment) {
    // Not close-on-exec, and out of the way of the numbers that the child is given: must not reach it all the same.
    const runtime::Descriptor opened(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const runtime::Descriptor other(fcntl(opened.number(), F_DUPFD, 20));
    const runtime::Descriptor passed(open("/dev/zero", O_RDONLY | O_CLOEXEC));
    auto process = Process::start({"/bin/ls", {"/proc/self/fd", "-l"}, passed.number()});
    ASSERT_TRUE(process);
    const std::string listing = read_all(*process);
    EXPECT_NE(listing.find("3 -> /dev/zero"), std::string::npos) << listing;
    EXPECT_NE(listing.find("0 -> /dev/null"), std::string::npos) << listing;
    EXPECT_EQ(listing.find("5 -> "), std::string::npos) << "4 is ls's own look at the folder: " << listing;
    EXPECT_EQ(listing.find(std::to_string(other.number()) + " -> "), std::string::npos) << listing;
    auto environment = Process::start({"/usr/bin/env", {}});
    ASSERT_TRUE(environment);
    EXPECT_EQ(read_all(*environment), "");
}

TEST(Process, GivesUpWaitingAfterTheTimeOut) {
    auto process = shell("exec sleep 60");
    ASSERT_TRUE(process);
    std::array<std::byte, 16> buffer{};
    EXPECT_EQ(process->read(buffer, 150ms, nullptr).end, ReadEnd::timed_out);
    const std::atomic<bool> stop = true;
    EXPECT_EQ(process->read(buffer, 60s, &stop).end, ReadEnd::stopped);
    process->kill();
    EXPECT_EQ(process->wait().code, SIGKILL);
}

TEST(Process, EndsTheChildWithItself) {
    pid_t pid = -1;
    {
        auto process = shell("echo $$; exec sleep 60");
        ASSERT_TRUE(process);
        std::array<std::byte, 16> buffer{};
        const auto outcome = process->read(buffer, 10s, nullptr);
        ASSERT_EQ(outcome.end, ReadEnd::data);
        pid = std::stoi(std::string(reinterpret_cast<const char*>(buffer.data()), outcome.size_bytes));
        ASSERT_EQ(kill(pid, 0), 0) << "it runs";
    }
    EXPECT_EQ(kill(pid, 0), -1) << "it is gone, and waited for";
}

TEST(Process, SaysThatAProgramIsNotThere) {
    const auto process = Process::start({"/nowhere/program", {}});
    ASSERT_FALSE(process);
    EXPECT_EQ(process.error().code, base::ErrorCode::file_not_found);
    EXPECT_NE(process.error().message.find("/nowhere/program"), std::string::npos);
}

}  // namespace
