// Each test forks, locks the child up with the very function that the helper uses, and lets it try one thing.
#include "decode/sandbox.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace decode {
namespace {

constexpr int input = 3;
constexpr int sandbox_failed = 99;

struct Ending {
    int signal = 0;
    int status = 0;
    bool operator==(const Ending&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Ending& ending) {
    return out << "signal " << ending.signal << ", status " << ending.status;
}

// Runs `attempt` in a locked-up child; its answer is the child's exit status.
template <class Attempt>
Ending locked_up(Attempt attempt, media::DecodeLimits limits = {}) {
    const pid_t child = fork();
    if (child == 0) {
        const int file = open("/proc/self/exe", O_RDONLY);
        if (file != input) dup2(file, input);
        if (!enter_sandbox(limits, {.input = input, .output = STDOUT_FILENO})) _exit(sandbox_failed);
        _exit(attempt());
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
    return {.status = WEXITSTATUS(status)};
}

constexpr Ending killed{.signal = SIGSYS};

TEST(Sandbox, lets_the_decoder_do_its_work) {
    EXPECT_EQ(locked_up([] {
                  char magic[4] = {};
                  if (pread(input, magic, sizeof magic, 0) != 4 || magic[1] != 'E') return 1;
                  const auto* heap = static_cast<const char*>(std::calloc(1 << 20, 16));
                  return heap != nullptr && heap[1 << 20] == 0 ? 0 : 2;
              }),
              Ending{});
}

TEST(Sandbox, a_file_cannot_be_opened_for_reading) {
    EXPECT_EQ(locked_up([] { return open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM ? 0 : 1; }), Ending{});
}

TEST(Sandbox, a_file_cannot_be_opened_for_writing) {
    EXPECT_EQ(locked_up([] { return open("/dev/null", O_WRONLY) < 0 ? 0 : 1; }), killed);
    EXPECT_EQ(locked_up([] { return open("/nowhere", O_RDONLY | O_CREAT, 0600) < 0 ? 0 : 1; }), killed);
}

TEST(Sandbox, the_old_and_the_new_way_to_open_are_closed_too) {
    EXPECT_EQ(locked_up([] { return static_cast<int>(syscall(SYS_open, "/etc/passwd", O_RDONLY)); }), killed);
    EXPECT_EQ(locked_up([] { return static_cast<int>(syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", nullptr, 0)); }),
              killed);
}

TEST(Sandbox, there_is_no_network) {
    EXPECT_EQ(locked_up([] { return socket(AF_INET, SOCK_STREAM, 0); }), killed);
    EXPECT_EQ(locked_up([] { return socket(AF_UNIX, SOCK_STREAM, 0); }), killed);
    EXPECT_EQ(locked_up([] { return connect(input, nullptr, 0); }), killed);
}

TEST(Sandbox, no_program_starts) {
    EXPECT_EQ(locked_up([] {
                  char* const none[] = {nullptr};
                  return execve("/bin/true", none, none);
              }),
              killed);
}

TEST(Sandbox, no_process_or_thread_starts) {
    EXPECT_EQ(locked_up([] { return fork() == 0 ? 0 : 1; }), killed);
    EXPECT_EQ(locked_up([] { return static_cast<int>(syscall(SYS_clone3, nullptr, 0)); }), killed);
    EXPECT_EQ(locked_up([] { return static_cast<int>(syscall(SYS_vfork)); }), killed);
}

TEST(Sandbox, no_other_process_is_touched) {
    EXPECT_EQ(locked_up([] { return kill(getppid(), 0); }), killed);
    EXPECT_EQ(locked_up([] { return static_cast<int>(ptrace(PTRACE_ATTACH, 1, nullptr, nullptr)); }), killed);
}

TEST(Sandbox, memory_is_never_executable) {
    EXPECT_EQ(
        locked_up([] {
            return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : 1;
        }),
        killed);
    EXPECT_EQ(locked_up([] {
                  void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                  return mprotect(page, 4096, PROT_READ | PROT_EXEC);
              }),
              killed);
}

TEST(Sandbox, a_file_cannot_be_mapped) {
    EXPECT_EQ(locked_up([] { return mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, input, 0) == MAP_FAILED ? 0 : 1; }),
              killed);
}

TEST(Sandbox, only_its_own_descriptors_are_read_and_written) {
    EXPECT_EQ(locked_up([] {
                  char byte = 0;
                  return static_cast<int>(read(input, &byte, 1));
              }),
              killed)
        << "read() would move the position that the parent shares";
    EXPECT_EQ(locked_up([] { return static_cast<int>(write(STDERR_FILENO, "x", 1)); }), killed);
    EXPECT_EQ(locked_up([] {
                  char byte = 0;
                  return static_cast<int>(pread(STDIN_FILENO, &byte, 1, 0));
              }),
              killed);
}

TEST(Sandbox, memory_is_limited) {
    const auto can_have = [](std::size_t size_bytes) {
        return mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    };
    const media::DecodeLimits limits{.memory_bytes = 64 << 20};
    EXPECT_EQ(locked_up([&] { return can_have(std::size_t{128} << 20U) ? 1 : 0; }, limits), Ending{});
    EXPECT_EQ(locked_up([&] { return can_have(std::size_t{32} << 20U) ? 0 : 1; }, limits), Ending{});
}

TEST(Sandbox, processor_time_is_limited) {
    const media::DecodeLimits limits{.cpu_seconds = 1};
    EXPECT_EQ(locked_up(
                  [] {
                      volatile unsigned spin = 0;
                      while (spin == 0) {
                      }
                      return 0;
                  },
                  limits),
              Ending{.signal = SIGXCPU});
}

TEST(Sandbox, a_failed_assertion_is_an_abort_and_not_an_attack) {
    EXPECT_EQ(locked_up([] {
                  std::abort();
                  return 0;
              }),
              Ending{.signal = SIGABRT});
}

}  // namespace
}  // namespace decode
