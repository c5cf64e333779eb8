#include "services/notification/receivers.hpp"

#include <gtest/gtest.h>

namespace notification {
namespace {

using namespace std::chrono_literals;

TEST(Receivers, LetTwoInAndTheNextWhenOneEnds) {
    Receivers receivers;
    auto first = receivers.enter("w");
    const auto second = receivers.enter("w");
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(receivers.enter("w"));
    EXPECT_TRUE(receivers.enter("another"));
    const Receivers::Place moved = *std::move(first);
    EXPECT_FALSE(receivers.enter("w")) << "a place that was handed on is one place";
    first.reset();
    EXPECT_FALSE(receivers.enter("w"));
}

TEST(Receivers, GiveThePlaceBack) {
    Receivers receivers;
    const auto stays = receivers.enter("w");
    {
        const auto ends = receivers.enter("w");
    }
    EXPECT_TRUE(receivers.enter("w"));
}

TEST(Receivers, AreTriedSoonAgainWhereTheyAreQuick) {
    Receivers receivers;
    EXPECT_EQ(receivers.wait("w", 0), 2s) << "nothing is known yet";
    receivers.took("w", 20ms);
    EXPECT_EQ(receivers.wait("w", 0), 200ms);
    receivers.took("w", 0ms);
    EXPECT_EQ(receivers.wait("w", 9), 100ms);
    receivers.took("w", 10s);
    EXPECT_EQ(receivers.wait("w", 0), 2s);
    receivers.took("w", std::nullopt);
    EXPECT_EQ(receivers.wait("w", 1), 4s);
    EXPECT_EQ(receivers.wait("w", 1000), 32s);
}

}  // namespace
}  // namespace notification
