#include "runtime/trace.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "runtime/system_random.hpp"

namespace {

constexpr std::string_view example = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class Zeros final : public base::Random {
  public:
    void fill(std::span<std::byte> buffer) override { std::ranges::fill(buffer, std::byte{0}); }
};

TEST(TraceParent, ReadsAndWritesTheStandardsExample) {
    const auto trace = runtime::parse_traceparent(example);
    ASSERT_TRUE(trace);
    EXPECT_EQ(trace->trace_id, "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(trace->parent_id, "b7ad6b7169203331");
    EXPECT_TRUE(trace->sampled);
    EXPECT_EQ(runtime::format_traceparent(*trace), example);
}

TEST(TraceParent, ReadsALaterVersionThatBeginsTheSame) {
    EXPECT_TRUE(runtime::parse_traceparent("cc" + std::string(example.substr(2)) + "-what-the-future-will-be"));
    EXPECT_FALSE(runtime::parse_traceparent("cc" + std::string(example.substr(2)) + ".what"));
    EXPECT_FALSE(runtime::parse_traceparent(std::string(example).append("-more")))
        << "version 00 has nothing after the flags";
}

TEST(TraceParent, RefusesWhatTheStandardForbids) {
    for (const std::string_view text : {"", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
                                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x"}) {
        EXPECT_FALSE(runtime::parse_traceparent(text)) << text;
    }
}

TEST(TraceParent, OnlyTheLastFlagSaysSampled) {
    const std::string stem(example.substr(0, 53));
    EXPECT_FALSE(runtime::parse_traceparent(stem + "00")->sampled);
    EXPECT_TRUE(runtime::parse_traceparent(stem + "ff")->sampled);
    EXPECT_FALSE(runtime::parse_traceparent(stem + "fe")->sampled);
}

TEST(TraceParent, AChildKeepsTheTraceAndIsAnotherSpan) {
    runtime::SystemRandom random;
    const auto parent = runtime::new_trace(random);
    const auto child = runtime::child_of(parent, random);
    EXPECT_EQ(child.trace_id, parent.trace_id);
    EXPECT_NE(child.parent_id, parent.parent_id);
    EXPECT_TRUE(runtime::parse_traceparent(runtime::format_traceparent(child)));
}

TEST(TraceParent, NeverMakesTheForbiddenId) {
    Zeros zeros;
    EXPECT_TRUE(runtime::parse_traceparent(runtime::format_traceparent(runtime::new_trace(zeros))));
}

}  // namespace
