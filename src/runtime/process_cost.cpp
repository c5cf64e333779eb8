#include "runtime/process_cost.hpp"

#include <sys/resource.h>

namespace runtime {
namespace {

double cpu_seconds(const rusage& usage) {
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

ProcessCost process_cost() {
    rusage self{};
    rusage children{};
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    return {cpu_seconds(self), cpu_seconds(children), self.ru_maxrss * 1024};
}

}  // namespace runtime
