#include "base/rfc3339.hpp"

#include <gtest/gtest.h>

namespace {

using base::from_rfc3339;
using base::from_unix_ms;
using base::to_rfc3339;

// RFC 3339, section 5.8, and the edges of a calendar.
TEST(Rfc3339, ReadsAndWritesTheSameMoment) {
    const std::pair<const char*, std::int64_t> moments[] = {{"1985-04-12T23:20:50.520Z", 482'196'050'520},
                                                            {"1970-01-01T00:00:00.000Z", 0},
                                                            {"1969-12-31T23:59:59.999Z", -1},
                                                            {"2024-02-29T12:00:00.001Z", 1'709'208'000'001}};
    for (const auto& [text, time_ms] : moments) {
        EXPECT_EQ(to_rfc3339(from_unix_ms(time_ms)), text);
        ASSERT_TRUE(from_rfc3339(text)) << text;
        EXPECT_EQ(base::to_unix_ms(*from_rfc3339(text)), time_ms) << text;
    }
}

TEST(Rfc3339, ReadsOtherSpellingsOfAMoment) {
    const auto moment = from_rfc3339("1996-12-20T00:39:57Z");
    for (const char* text : {"1996-12-19T16:39:57-08:00", "1996-12-20t00:39:57z", "1996-12-20 00:39:57.000000000000Z",
                             "1996-12-20T00:39:57+00:00", "1996-12-20T06:09:57.0+05:30"}) {
        EXPECT_EQ(from_rfc3339(text), moment) << text;
    }
    EXPECT_EQ(from_rfc3339("1990-12-31T23:59:60Z"), from_rfc3339("1991-01-01T00:00:00Z"));
}

TEST(Rfc3339, RefusesWhatIsNotAMoment) {
    for (const char* text :
         {"", "2026", "2026-11-24", "2026-11-24T08:30:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
          "2026-11-24T24:00:00Z", "2026-11-24T08:60:00Z", "2026-11-24T08:30:61Z", "2026-11-24T08:30:00.Z",
          "2026-11-24T08:30:00Z ", "2026-1-24T08:30:00Z", "2026-11-24T08:30:00+24:00", "2026-11-24T08:30:00+0100",
          "9999-12-31T00:00:00Z", "+026-11-24T08:30:00Z"}) {
        EXPECT_FALSE(from_rfc3339(text)) << text;
    }
}

}  // namespace
