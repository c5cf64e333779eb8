#include "services/notification/schedule.hpp"

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace notification {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST(Schedule, TriesTenTimesInThreeDays) {
    base::SeededRandom random(1);
    milliseconds all{0};
    for (std::int64_t attempts = 0; attempts < 10; ++attempts) {
        const auto wait = wait_after(attempts, std::nullopt, random);
        ASSERT_TRUE(wait);
        const milliseconds planned = waits.at(static_cast<std::size_t>(attempts));
        EXPECT_GE(*wait, planned);
        EXPECT_LE(*wait, planned * 11 / 10);
        all += *wait;
    }
    EXPECT_GT(all, 72h);
    EXPECT_FALSE(wait_after(10, std::nullopt, random));
}

TEST(Schedule, SpreadsThoseWhoFailedTogether) {
    base::SeededRandom random(1);
    const auto one = wait_after(4, std::nullopt, random);
    EXPECT_NE(one, wait_after(4, std::nullopt, random));
}

TEST(Schedule, HeedsAReceiversWishWithinBounds) {
    base::SeededRandom random(1);
    EXPECT_GE(*wait_after(1, 10min, random), 10min);
    EXPECT_GE(*wait_after(3, 1s, random), 30min) << "never sooner than planned";
    EXPECT_LE(*wait_after(1, 1000h, random), longest_wait * 11 / 10);
    EXPECT_FALSE(wait_after(10, 1s, random)) << "a wish gives no further attempt";
}

TEST(RetryAfter, IsSecondsOrADate) {
    const auto now = base::from_rfc3339("1994-11-06T08:49:00Z").value();
    EXPECT_EQ(parse_retry_after("120", now), 120s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), 37s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:48:00 GMT", now), 0s) << "it is over";
    EXPECT_LE(parse_retry_after("9000000000000000000", now), 24h * 366);
    for (const char* wrong :
         {"", "soon", "-5", "1.5", "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 06 Nov 1994 99:49:37 GMT"})
        EXPECT_FALSE(parse_retry_after(wrong, now)) << wrong;
}

TEST(Verdict, TakesNothingButSuccessForSuccess) {
    for (const int status : {200, 201, 202, 204, 299})
        EXPECT_EQ(judge(status), Verdict::delivered) << status;
    for (const int status : {0, 199, 300, 301, 302, 307, 308, 400, 404, 429, 500, 503})
        EXPECT_EQ(judge(status), Verdict::failed) << status;
    EXPECT_EQ(judge(410), Verdict::gone);
}

}  // namespace
}  // namespace notification
