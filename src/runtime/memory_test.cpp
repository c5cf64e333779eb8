#include "runtime/memory.hpp"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runtime {
namespace {

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which have heaps of their own

std::int64_t resident_bytes() {
    std::int64_t all = 0;
    std::int64_t resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE);
}

// As uploads and videos do it: large blocks come and go, small ones stay behind them.
int hold_on_to_little() {
    constexpr std::size_t large_bytes = 8U << 20U;
    std::vector<std::unique_ptr<char[]>> stay;
    const std::int64_t before = resident_bytes();
    for (int round = 0; round < 4; ++round) {
        std::vector<std::vector<char>> large;
        for (int i = 0; i < 4; ++i) {
            large.emplace_back(large_bytes, 'x');
            stay.push_back(std::make_unique<char[]>(1000));
        }
    }
    return resident_bytes() - before < std::int64_t{large_bytes} ? 0 : 1;
}

TEST(ReturnFreedMemory, LeavesNothingBehindSmallBlocksThatStay) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");  // in processes of their own, whose heaps nobody has used before
    EXPECT_EXIT(std::_Exit(hold_on_to_little()), testing::ExitedWithCode(1), "")
        << "glibc has learned it: this is not needed any more";
    const auto steady = [] {
        return_freed_memory();
        std::_Exit(hold_on_to_little());
    };
    EXPECT_EXIT(steady(), testing::ExitedWithCode(0), "");
}

#endif

}  // namespace
}  // namespace runtime
