#include "runtime/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runtime {
namespace {

constexpr int inherited_number = 3;
constexpr std::chrono::milliseconds stop_poll{100};

struct Pipe {
    Descriptor read_end;
    Descriptor write_end;
};

base::Result<Pipe> make_pipe() {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) return base::fail_errno(base::ErrorCode::internal, "cannot make a pipe", errno);
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

class FileActions {
  public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    posix_spawn_file_actions_t* get() { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

class Attributes {
  public:
    // Signals as a new program expects them: none blocked, none ignored.
    Attributes() {
        posix_spawnattr_init(&attributes_);
        sigset_t none{};
        sigset_t all{};
        sigemptyset(&none);
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setpgroup(&attributes_, 0);  // Ctrl-C at the terminal reaches us, and we end the child
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    posix_spawnattr_t* get() { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

}  // namespace

base::Result<Process> Process::start(const ProcessSpec& spec) {
    auto output = make_pipe();
    if (!output) return std::unexpected(output.error());

    // Above the numbers that the child's side uses, so that no dup2 below overwrites a source that is still needed.
    Descriptor inherited;
    if (spec.inherited >= 0) {
        inherited = Descriptor(fcntl(spec.inherited, F_DUPFD_CLOEXEC, inherited_number + 1));
        if (!inherited.is_open()) return base::fail_errno(base::ErrorCode::internal, "cannot pass a descriptor", errno);
    }
    FileActions actions;
    posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions.get(), output->write_end.number(), STDOUT_FILENO);
    if (inherited.is_open()) posix_spawn_file_actions_adddup2(actions.get(), inherited.number(), inherited_number);
    posix_spawn_file_actions_addclosefrom_np(actions.get(),
                                             inherited.is_open() ? inherited_number + 1 : inherited_number);

    std::string program = spec.program.string();
    std::vector<std::string> arguments = spec.arguments;
    std::vector<char*> pointers{program.data()};
    for (std::string& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    char* const no_environment[] = {nullptr};

    Attributes attributes;
    pid_t pid = -1;
    const int fault =
        posix_spawn(&pid, program.c_str(), actions.get(), attributes.get(), pointers.data(), no_environment);
    if (fault != 0) {
        const auto code = fault == ENOENT ? base::ErrorCode::file_not_found : base::ErrorCode::internal;
        return base::fail_errno(code, "cannot start " + program, fault);
    }
    return Process(pid, std::move(output->read_end));
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)),
      waited_(other.waited_),
      exit_(other.exit_) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this == &other) return *this;
    kill();
    wait();
    pid_ = std::exchange(other.pid_, -1);
    output_ = std::move(other.output_);
    waited_ = other.waited_;
    exit_ = other.exit_;
    return *this;
}

Process::~Process() {
    kill();
    wait();
}

ReadOutcome Process::read(std::span<std::byte> buffer, std::chrono::milliseconds timeout,
                          const std::atomic<bool>* stop) {
    for (auto left = timeout; left.count() > 0; left -= stop_poll) {
        if (stop != nullptr && stop->load()) return {ReadEnd::stopped};
        pollfd ready{output_.number(), POLLIN, 0};
        const int count = poll(&ready, 1, static_cast<int>(std::min(left, stop_poll).count()));
        if (count <= 0) continue;  // nothing yet, or a signal: look at the flag again
        const ssize_t size = ::read(output_.number(), buffer.data(), buffer.size());
        if (size > 0) return {ReadEnd::data, static_cast<std::size_t>(size)};
        if (size == 0) return {ReadEnd::end_of_file};
        if (errno != EINTR && errno != EAGAIN) return {ReadEnd::end_of_file};
    }
    return {ReadEnd::timed_out};
}

void Process::kill() {
    if (pid_ > 0 && !waited_) ::kill(pid_, SIGKILL);
}

ProcessExit Process::wait() {
    if (pid_ <= 0 || waited_) return exit_;
    int status = 0;
    rusage usage{};
    while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    waited_ = true;
    exit_.signalled = WIFSIGNALED(status);
    exit_.code = exit_.signalled ? WTERMSIG(status) : WEXITSTATUS(status);
    exit_.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    return exit_;
}

}  // namespace runtime
