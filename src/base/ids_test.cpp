#include "base/ids.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace {

using namespace std::chrono_literals;

struct IdsTest : testing::Test {
    base::ManualClock clock;
    base::SeededRandom random{7};
    base::Ids ids{clock, random};
};

TEST_F(IdsTest, WritesVersionSevenWithItsTime) {
    const std::string id = ids.next();
    EXPECT_TRUE(base::is_id(id)) << id;
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << "the variant of RFC 9562: " << id;
    EXPECT_EQ(base::id_time(id), clock.utc_now());
}

TEST_F(IdsTest, GrowsWhileTheClockStandsStillAndWhenItIsSetBack) {
    std::string last = ids.next();
    for (int i = 0; i < 10'000; ++i) {
        if (i % 1000 == 0) clock.advance(i % 2000 == 0 ? -3ms : 1ms);
        std::string next = ids.next();
        ASSERT_LT(last, next);
        last = std::move(next);
    }
}

TEST_F(IdsTest, DiffersBetweenMakersAtTheSameMoment) {
    base::SeededRandom other_random(8);
    base::Ids other(clock, other_random);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(ids.next()).second);
        EXPECT_TRUE(seen.insert(other.next()).second);
    }
}

TEST(DerivedId, IsTheSameForTheSameKeyAndNoOther) {
    const std::string id = base::derived_id("video.uploaded", "session-1");
    EXPECT_EQ(id, base::derived_id("video.uploaded", "session-1"));
    EXPECT_TRUE(base::is_id(id));
    EXPECT_EQ(id[14], '8');
    EXPECT_NE(id, base::derived_id("video.uploaded", "session-2"));
    EXPECT_NE(base::derived_id("ab", "c"), base::derived_id("a", "bc"));
    EXPECT_EQ(base::derived_id("a", "b"), "bfd8d48c-5ab0-88a9-8554-ccc9d65ed6fc")
        << "ids that are stored may never change";
}

TEST(IsId, TakesOneSpellingOnly) {
    EXPECT_TRUE(base::is_id("00000000-0000-0000-0000-000000000000"));
    for (const char* text : {"", "00000000-0000-0000-0000-00000000000", "00000000-0000-0000-0000-0000000000000",
                             "0000000000000-0000-0000-000000000000", "00000000-0000-0000-0000-00000000000A",
                             "00000000-0000-0000-0000-00000000000g", "{0000000-0000-0000-0000-000000000000"}) {
        EXPECT_FALSE(base::is_id(text)) << text;
    }
    EXPECT_FALSE(base::id_time("00000000-0000-4000-8000-000000000000"));
}

}  // namespace
