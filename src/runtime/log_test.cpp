#include "runtime/log.hpp"

#include <algorithm>
#include <array>
#include <climits>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "runtime/descriptor.hpp"

namespace {

using runtime::Log;
using runtime::LogLevel;

class Noon final : public base::Clock {
  public:
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return {}; }
    [[nodiscard]] std::chrono::system_clock::time_point utc_now() const override {
        return std::chrono::system_clock::time_point(std::chrono::milliseconds(1'795'521'600'007));
    }
};

class LogTest : public testing::Test {
  protected:
    Noon clock_;
    runtime::Descriptor read_end_;
    runtime::Descriptor write_end_;
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
        read_end_ = runtime::Descriptor(ends[0]);
        write_end_ = runtime::Descriptor(ends[1]);
    }
    Log log(LogLevel level = LogLevel::info) { return Log({write_end_.number(), level, "session", "i1"}, clock_); }
    std::string written() {
        std::string text(1 << 17, '\0');
        const ssize_t size = read(read_end_.number(), text.data(), text.size());
        return text.substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
    }
};

TEST_F(LogTest, WritesOneObjectALine) {
    Log out = log();
    runtime::Context context{.correlation_id = "c1", .trace = {"0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"}};
    out.write(LogLevel::info, "request", &context,
              {{"status", std::int64_t{200}}, {"seconds", 0.25}, {"route", "/v1"}, {"kept", true}});
    EXPECT_EQ(written(),
              R"({"time": "2026-11-24T12:00:00.007Z", "level": "info", "event": "request", "service": "session", )"
              R"("instance": "i1", "correlation_id": "c1", "trace_id": "0af7651916cd43dd8448eb211c80319c", )"
              R"("status": 200, "seconds": 0.25, "route": "/v1", "kept": true})"
              "\n");
}

TEST_F(LogTest, KeepsToItsLevel) {
    Log out = log(LogLevel::warning);
    out.write(LogLevel::info, "quiet", nullptr, {});
    out.write(LogLevel::warning, "loud", nullptr, {});
    const std::string text = written();
    EXPECT_EQ(text.find("quiet"), std::string::npos);
    EXPECT_NE(text.find("loud"), std::string::npos);
}

TEST_F(LogTest, BoundsALineWhateverItIsGiven) {
    static_assert(runtime::longest_log_line_bytes <= PIPE_BUF);
    Log out = log();
    const std::string text(100'000, '\x01');
    runtime::Context context{.correlation_id = text};
    const std::vector<runtime::LogField> fields(100, {"field", std::string_view(text)});
    out.write(LogLevel::info, "long", &context, fields);
    const std::string line = written();
    EXPECT_LE(line.size(), runtime::longest_log_line_bytes);
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    EXPECT_TRUE(line.ends_with("}\n"));
}

TEST_F(LogTest, DropsRatherThanWaitsAndSaysSo) {
    Log out = log();
    while (out.dropped() < 3)
        out.write(LogLevel::info, "flood", nullptr, {});
    written();
    out.write(LogLevel::info, "after", nullptr, {});
    EXPECT_NE(written().find(R"("event": "after", "service": "session", "instance": "i1", "dropped": 3)"),
              std::string::npos);
    EXPECT_EQ(out.dropped(), 0U);
}

TEST(LogLevels, AreReadByName) {
    EXPECT_EQ(runtime::parse_log_level("warning"), LogLevel::warning);
    EXPECT_FALSE(runtime::parse_log_level("loud"));
}

}  // namespace
