#include "flow/backoff.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace flow {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsLongest) {
    const Backoff backoff{200ms, 3s};
    EXPECT_EQ(ceiling(backoff, 1), 200ms);
    EXPECT_EQ(ceiling(backoff, 2), 400ms);
    EXPECT_EQ(ceiling(backoff, 4), 1600ms);
    EXPECT_EQ(ceiling(backoff, 5), 3s);
    EXPECT_EQ(ceiling(backoff, 1'000'000), 3s);
    EXPECT_EQ(ceiling({0ms, 0ms}, 3), 1ms) << "never at once";
}

TEST(Backoff, SpreadsOverTheWholeTime) {
    base::SeededRandom random(1);
    std::set<std::int64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto wait = wait_after({10ms, 10ms}, 3, random);
        ASSERT_GE(wait, 1ms);
        ASSERT_LE(wait, 10ms);
        seen.insert(wait.count());
    }
    EXPECT_EQ(seen.size(), 10U);
}

}  // namespace
}  // namespace flow
