#include "runtime/sse.hpp"

#include <gtest/gtest.h>

namespace {

TEST(FormatSse, WritesIdTypeAndEveryLine) {
    EXPECT_EQ(runtime::format_sse({"7", "progress", "a\nb\r\nc\rd"}),
              "id: 7\nevent: progress\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
    EXPECT_EQ(runtime::format_sse({"", "", ""}), "data: \n\n");
}

TEST(FormatSse, LetsNoFieldBeginAnother) {
    EXPECT_EQ(runtime::format_sse({"1\ndata: x", "t\r\nid: 9", "y"}), "id: 1data: x\nevent: tid: 9\ndata: y\n\n");
}

TEST(Signal, RingsWhoListensUntilForgotten) {
    runtime::Signal signal;
    int first = 0;
    int second = 0;
    const auto number = signal.listen([&] { ++first; });
    signal.listen([&] { ++second; });
    signal.ring();
    signal.forget(number);
    signal.ring();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 2);
}

}  // namespace
