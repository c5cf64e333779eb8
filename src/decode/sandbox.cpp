#include "decode/sandbox.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>
#include <initializer_list>

#include <fcntl.h>
#include <iconv.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace decode {
namespace {

using base::ErrorCode;

std::unexpected<base::Error> cannot(const char* what, int error_number) {
    return base::fail_errno(ErrorCode::internal, std::string("the media decoder cannot lock itself up: ") + what,
                            error_number);
}

base::Result<void> set_limit(__rlimit_resource resource, const char* name, rlim_t soft, rlim_t hard) {
    rlimit inherited{};
    if (getrlimit(resource, &inherited) != 0) return cannot(name, errno);
    // What we were started with may be less already (ulimit), and cannot be raised.
    const rlimit limit{.rlim_cur = std::min(soft, inherited.rlim_max), .rlim_max = std::min(hard, inherited.rlim_max)};
    if (setrlimit(resource, &limit) != 0) return cannot(name, errno);
    return {};
}

// The address space that the loaded program takes already: the limit is for what the file makes it allocate.
rlim_t occupied_bytes() {
    std::ifstream statm("/proc/self/statm");
    rlim_t pages = 0;
    statm >> pages;
    return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

base::Result<void> set_limits(const media::DecodeLimits& limits) {
    const rlim_t memory = occupied_bytes() + static_cast<rlim_t>(limits.memory_bytes);
    const auto cpu = static_cast<rlim_t>(limits.cpu_seconds);
    struct Row {
        __rlimit_resource resource;
        const char* name;
        rlim_t soft;
        rlim_t hard;
    };
    const Row rows[] = {
        {RLIMIT_AS, "RLIMIT_AS", memory, memory},
        {RLIMIT_CPU, "RLIMIT_CPU", cpu, cpu + 1},  // SIGXCPU first, so that the parent can tell
        {RLIMIT_CORE, "RLIMIT_CORE", 0, 0},
        {RLIMIT_FSIZE, "RLIMIT_FSIZE", 0, 0},
        {RLIMIT_NPROC, "RLIMIT_NPROC", 0, 0},
        {RLIMIT_NOFILE, "RLIMIT_NOFILE", 4, 4},
    };
    for (const Row& row : rows) {
        if (auto set = set_limit(row.resource, row.name, row.soft, row.hard); !set) return set;
    }
    return {};
}

base::Result<void> give_up_privileges() {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return cannot("PR_SET_PDEATHSIG", errno);
    if (prctl(PR_SET_DUMPABLE, 0) != 0) return cannot("PR_SET_DUMPABLE", errno);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return cannot("PR_SET_NO_NEW_PRIVS", errno);
    return {};
}

// A seccomp filter that ends the process for every call without a rule.
class Filter {
  public:
    Filter() : context_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {}
    ~Filter() { seccomp_release(context_); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    void allow(int call, std::initializer_list<scmp_arg_cmp> conditions = {}) { add(SCMP_ACT_ALLOW, call, conditions); }
    void fail(int call, std::initializer_list<scmp_arg_cmp> conditions) {
        add(SCMP_ACT_ERRNO(EPERM), call, conditions);
    }
    [[nodiscard]] int load() { return fault_ != 0 ? fault_ : seccomp_load(context_); }

  private:
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> conditions) {
        const auto count = static_cast<unsigned>(conditions.size());
        const int fault =
            context_ == nullptr ? -ENOMEM : seccomp_rule_add_array(context_, action, call, count, conditions.begin());
        if (fault_ == 0) fault_ = fault;
    }
    scmp_filter_ctx context_;
    int fault_ = 0;
};

constexpr scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
    return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

constexpr scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

void allow_descriptors(Filter& filter, SandboxDescriptors descriptors) {
    filter.allow(SCMP_SYS(pread64), {equals(0, static_cast<std::uint64_t>(descriptors.input))});
    filter.allow(SCMP_SYS(write), {equals(0, static_cast<std::uint64_t>(descriptors.output))});
}

void allow_memory(Filter& filter) {
    filter.allow(SCMP_SYS(brk));
    filter.allow(SCMP_SYS(munmap));
    filter.allow(SCMP_SYS(mremap));
    filter.allow(SCMP_SYS(madvise));
    filter.allow(SCMP_SYS(mmap), {masked(2, PROT_EXEC, 0), masked(3, MAP_ANONYMOUS, MAP_ANONYMOUS)});
    filter.allow(SCMP_SYS(mprotect), {masked(2, PROT_EXEC, 0)});
}

// abort() of the C library ends in SIGABRT rather than looking like an attack.
void allow_ending(Filter& filter) {
    const auto self = static_cast<std::uint64_t>(getpid());
    filter.allow(SCMP_SYS(exit));
    filter.allow(SCMP_SYS(exit_group));
    filter.allow(SCMP_SYS(rt_sigreturn));
    filter.allow(SCMP_SYS(rt_sigprocmask));
    filter.allow(SCMP_SYS(getpid));
    filter.allow(SCMP_SYS(gettid));
    filter.allow(SCMP_SYS(tgkill), {equals(0, self), equals(2, SIGABRT)});
}

void allow_harmless(Filter& filter) {
    filter.allow(SCMP_SYS(futex));
    filter.allow(SCMP_SYS(clock_gettime));
    filter.allow(SCMP_SYS(gettimeofday));
    filter.allow(SCMP_SYS(getrandom));
    filter.allow(SCMP_SYS(restart_syscall));
    filter.fail(SCMP_SYS(openat), {masked(2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)});
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// What the sanitizers' own runtime does when a process ends; never in a build that is installed.
void allow_sanitizers(Filter& filter) {
    filter.allow(SCMP_SYS(sigaltstack));
}
#else
void allow_sanitizers(Filter&) {}
#endif

// What the C library would otherwise look up in files later: the time zone (for dates in tags) and the table of
// character sets.
void warm_up() {
    tzset();
    const iconv_t converter = iconv_open("UTF-8", "ISO-8859-1");
    if (converter != reinterpret_cast<iconv_t>(-1)) iconv_close(converter);
}

}  // namespace

base::Result<void> enter_sandbox(const media::DecodeLimits& limits, SandboxDescriptors descriptors) {
    warm_up();
    if (auto done = set_limits(limits); !done) return done;
    if (auto done = give_up_privileges(); !done) return done;
    Filter filter;
    allow_descriptors(filter, descriptors);
    allow_memory(filter);
    allow_ending(filter);
    allow_harmless(filter);
    allow_sanitizers(filter);
    if (const int fault = filter.load(); fault != 0) return cannot("seccomp", -fault);
    return {};
}

}  // namespace decode
