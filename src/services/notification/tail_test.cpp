#include "services/notification/tail.hpp"

#include <gtest/gtest.h>

namespace notification {
namespace {

std::vector<FeedRow> rows(std::int64_t first, std::int64_t last) {
    std::vector<FeedRow> list;
    for (std::int64_t seq = first; seq <= last; ++seq)
        list.push_back({.seq = seq, .session_id = seq % 2 == 0 ? "even" : "odd"});
    return list;
}

std::vector<std::int64_t> numbers(const std::optional<Tail::Read>& read) {
    std::vector<std::int64_t> list;
    for (const SharedRow& row : read.value().rows)
        list.push_back(row->seq);
    return list;
}

using Numbers = std::vector<std::int64_t>;

TEST(Tail, GivesWhatIsNewerThanThePosition) {
    Tail tail(5);
    tail.grow(rows(6, 9));
    EXPECT_EQ(numbers(tail.after(5, "")), (Numbers{6, 7, 8, 9}));
    EXPECT_EQ(numbers(tail.after(7, "")), (Numbers{8, 9}));
    EXPECT_EQ(numbers(tail.after(5, "odd")), (Numbers{7, 9}));
    EXPECT_EQ(tail.after(5, "nobody")->position, 9);
}

TEST(Tail, SaysWhenItDoesNotKnow) {
    Tail tail(5, 3);
    EXPECT_FALSE(tail.after(4, ""));
    tail.grow(rows(6, 9));
    EXPECT_FALSE(tail.after(5, "")) << "the sixth was pushed out";
    EXPECT_EQ(numbers(tail.after(6, "")), (Numbers{7, 8, 9}));
}

TEST(Tail, HasNothingYetForOneWhoIsAhead) {
    const Tail tail(5);
    EXPECT_EQ(tail.after(8, "")->position, 8);
    EXPECT_TRUE(tail.after(8, "")->rows.empty());
}

TEST(Tail, TakesEachRowOnceAndRingsOnlyThen) {
    Tail tail(0);
    int rings = 0;
    tail.signal()->listen([&] { ++rings; });
    tail.grow(rows(1, 4));
    tail.grow(rows(3, 5));  // two looked at once
    tail.grow(rows(1, 5));
    EXPECT_EQ(numbers(tail.after(0, "")), (Numbers{1, 2, 3, 4, 5}));
    EXPECT_EQ(rings, 2);
}

}  // namespace
}  // namespace notification
