// For tests: child processes made by fork, which report lines to their parent and are killed or stopped at random
// moments; a clock that is set by hand and shared with them; randomness from a printed seed.
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.hpp"

namespace runtime {

/// The seed of a randomised test: VT_TEST_SEED when it is set, else a fresh one. Printed, so that a failure can be run
/// again.
inline std::uint64_t test_seed(std::string_view test) {
    const char* given = std::getenv("VT_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "[ SEED     ] " << test << ": VT_TEST_SEED=" << seed << std::endl;
    return seed;
}

/// A clock that stands still until it is moved; children made after it see it move.
class SharedClock final : public base::Clock {
  public:
    SharedClock()
        : ms_(new(mmap(nullptr, sizeof(std::atomic<std::int64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) std::atomic<std::int64_t>(1'700'000'000'000)) {}
    ~SharedClock() override { munmap(ms_, sizeof(*ms_)); }
    SharedClock(const SharedClock&) = delete;
    SharedClock& operator=(const SharedClock&) = delete;

    void advance(std::chrono::milliseconds by) { *ms_ += by.count(); }
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::milliseconds(*ms_));
    }
    [[nodiscard]] std::chrono::system_clock::time_point utc_now() const override {
        return std::chrono::system_clock::time_point(std::chrono::milliseconds(*ms_));
    }

  private:
    std::atomic<std::int64_t>* ms_;
};

/// Gives one line, without its end, to the parent; whole even if the child is killed right after.
using Report = std::function<void(const std::string&)>;

/// A forked child that runs one function and then ends at once (no destructors, no exit handlers) with what it gives as
/// its status, 98 after an exception. Fork before the process has threads. Killed and waited for when it goes out of
/// scope.
class Child {
  public:
    explicit Child(const std::function<int(const Report&)>& work) {
        int ends[2];
        if (pipe(ends) != 0) std::abort();
        pid_ = fork();
        if (pid_ < 0) std::abort();
        if (pid_ == 0) {
            ::close(ends[0]);
            _exit(outcome(work, [&](const std::string& line) { tell(ends[1], line); }));
        }
        ::close(ends[1]);
        reports_ = ends[0];
    }
    ~Child() { end(); }
    Child(Child&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)),
          reports_(std::exchange(other.reports_, -1)),
          text_(std::move(other.text_)) {}
    Child& operator=(Child&& other) noexcept {
        if (this == &other) return *this;
        end();
        pid_ = std::exchange(other.pid_, -1);
        reports_ = std::exchange(other.reports_, -1);
        text_ = std::move(other.text_);
        return *this;
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void signal(int number) const { ::kill(pid_, number); }

    /// Reads reports for this long, or until the child closes its end; whether it still runs.
    bool read_for(std::chrono::microseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        while (true) {
            const auto left =
                std::chrono::duration_cast<std::chrono::nanoseconds>(end - std::chrono::steady_clock::now());
            if (left.count() <= 0) return true;
            const timespec wait{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
            pollfd end_of_pipe{reports_, POLLIN, 0};
            if (ppoll(&end_of_pipe, 1, &wait, nullptr) > 0 && !read_some()) return false;
        }
    }

    /// Reads reports for at most this long, until there are so many lines; whether there are.
    bool hear(std::size_t count, std::chrono::milliseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        while (lines().size() < count) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            pollfd end_of_pipe{reports_, POLLIN, 0};
            if (poll(&end_of_pipe, 1, std::max(static_cast<int>(left.count()), 0)) != 1 || !read_some()) return false;
        }
        return true;
    }

    /// Waits until the child has stopped itself (SIGSTOP): a SIGCONT before that would be lost.
    [[nodiscard]] bool wait_until_stopped() const {
        int status = 0;
        return waitpid(pid_, &status, WUNTRACED) == pid_ && WIFSTOPPED(status);
    }

    /// Sends the signal (0 for none), reads to the end and waits: the exit status, or minus the signal that ended it.
    int finish(int number = 0) {
        if (number != 0) signal(number);
        while (read_some()) {
        }
        int status = 0;
        waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    }

    /// The whole lines read so far.
    [[nodiscard]] std::vector<std::string> lines() const {
        std::vector<std::string> lines;
        std::size_t begin = 0;
        for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', begin)) {
            lines.push_back(text_.substr(begin, end - begin));
            begin = end + 1;
        }
        return lines;
    }

  private:
    static int outcome(const std::function<int(const Report&)>& work, const Report& report) {
        try {
            return work(report);
        } catch (const std::exception& fault) {
            std::cerr << "child: " << fault.what() << std::endl;
            return 98;
        }
    }
    void end() {
        if (pid_ > 0) finish(SIGKILL);
        if (reports_ >= 0) ::close(reports_);
    }
    static void tell(int descriptor, const std::string& line) {
        const std::string whole = line + "\n";
        if (write(descriptor, whole.data(), whole.size()) < 0) _exit(99);
    }

    bool read_some() {
        char buffer[4096];
        const ssize_t size = ::read(reports_, buffer, sizeof buffer);
        if (size <= 0) return false;
        text_.append(buffer, static_cast<std::size_t>(size));
        return true;
    }

    pid_t pid_ = -1;
    int reports_ = -1;
    std::string text_;
};

}  // namespace runtime
