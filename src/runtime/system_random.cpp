#include "runtime/system_random.hpp"

#include <cerrno>
#include <cstdlib>

#include <sys/random.h>

namespace runtime {

void SystemRandom::fill(std::span<std::byte> buffer) {
    while (!buffer.empty()) {
        const ssize_t size = getrandom(buffer.data(), buffer.size(), 0);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) std::abort();  // a kernel without getrandom: nothing secret can be made here
        buffer = buffer.subspan(static_cast<std::size_t>(size));
    }
}

}  // namespace runtime
