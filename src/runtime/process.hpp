// A child process whose standard output is read through a pipe. The child gets an empty environment, /dev/null as
// standard input, the parent's standard error, and one extra descriptor as number 3; it inherits nothing else. A
// Process belongs to one thread; it is killed and waited for when it goes out of scope.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/error.hpp"
#include "runtime/descriptor.hpp"

namespace runtime {

struct ProcessSpec {
    std::filesystem::path program;
    std::vector<std::string> arguments;  // without the program's own name
    int inherited = -1;                  // becomes descriptor 3 of the child; -1 for none
};

struct ProcessExit {
    bool signalled = false;
    int code = 0;            // exit status, or the signal's number when signalled
    double cpu_seconds = 0;  // user and system
};

enum class ReadEnd : std::uint8_t { data, end_of_file, timed_out, stopped };

struct ReadOutcome {
    ReadEnd end = ReadEnd::data;
    std::size_t size_bytes = 0;  // for data: how many bytes were read, at least 1
};

class Process {
  public:
    /// Errors: internal when the system cannot start it (the message names the program and the reason);
    /// file_not_found when the program is not there.
    static base::Result<Process> start(const ProcessSpec& spec);

    Process(Process&&) noexcept;
    Process& operator=(Process&&) noexcept;
    ~Process();

    /// Waits for output of the child for at most `timeout`; gives up early, as `stopped`, once `*stop` is true
    /// (looked at several times a second; may be null).
    [[nodiscard]] ReadOutcome read(std::span<std::byte> buffer, std::chrono::milliseconds timeout,
                                   const std::atomic<bool>* stop);
    /// Kills it (SIGKILL) if it still runs; the next wait() tells how it ended.
    void kill();
    /// Waits for the end and tells how it ended; the same answer when called again.
    ProcessExit wait();

  private:
    Process(pid_t pid, Descriptor output) : pid_(pid), output_(std::move(output)) {}
    pid_t pid_ = -1;
    Descriptor output_;
    bool waited_ = false;
    ProcessExit exit_;
};

}  // namespace runtime
