#include "app/progress.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using app::BatchProgress;
using app::progress_line;

TEST(ClockText, ShowsHoursOnlyWhenThereAreSome) {
    EXPECT_EQ(app::clock_text(0), "0:00");
    EXPECT_EQ(app::clock_text(123.4), "2:03");
    EXPECT_EQ(app::clock_text(3599.6), "1:00:00");
    EXPECT_EQ(app::clock_text(11 * 3600), "11:00:00");
    EXPECT_EQ(app::clock_text(-1), "0:00");
}

TEST(ProgressLine, HasBarSecondsSpeedAndTimeLeft) {
    const BatchProgress half{.done_seconds = 60, .total_seconds = 120.0, .elapsed_seconds = 3, .files_total = 1};
    EXPECT_EQ(progress_line(half, 80), "[###############...............] 1:00 of 2:00, 20.0x, 0:03 left");
}

TEST(ProgressLine, SaysNoMoreThanItKnows) {
    const BatchProgress unknown{.done_seconds = 60, .elapsed_seconds = 3, .files_done = 1, .files_total = 4};
    EXPECT_EQ(progress_line(unknown, 80), "1:00, 20.0x, 1 of 4 files");
    EXPECT_EQ(progress_line(BatchProgress{.files_total = 1}, 80), "0:00");
}

TEST(ProgressLine, FitsAnyTerminal) {
    const BatchProgress half{.done_seconds = 60, .total_seconds = 120.0, .elapsed_seconds = 3, .files_total = 1};
    for (std::size_t columns = 1; columns < 100; ++columns)
        EXPECT_LE(progress_line(half, columns).size(), columns);
}

TEST(ProgressLine, NeverOverfillsItsBar) {
    const BatchProgress beyond{.done_seconds = 130, .total_seconds = 120.0, .elapsed_seconds = 3, .files_total = 1};
    EXPECT_TRUE(progress_line(beyond, 80).starts_with("[##############################] "))
        << progress_line(beyond, 80);
}

struct ManualClock final : base::Clock {
    std::chrono::steady_clock::time_point time;
    [[nodiscard]] std::chrono::steady_clock::time_point now() const override { return time; }
    [[nodiscard]] std::chrono::system_clock::time_point utc_now() const override { return {}; }
};

// What a function writes to standard error.
template <class Function>
std::string captured(Function function) {
    testing::internal::CaptureStderr();
    function();
    return testing::internal::GetCapturedStderr();
}

TEST(ProgressBoard, WritesAPlainLineEveryTenSeconds) {
    ManualClock clock;
    app::ProgressBoard board(app::ProgressBoard::Style::plain, 1, clock);
    board.set_duration(0, 120.0);
    clock.time += std::chrono::seconds(9);
    EXPECT_EQ(captured([&] { board.set_done(0, 50); }), "");
    clock.time += std::chrono::seconds(1);
    EXPECT_TRUE(captured([&] { board.set_done(0, 60); }).ends_with("1:00 of 2:00, 6.0x, 0:10 left\n"));
}

TEST(ProgressBoard, TakesTheBarAwayBeforeALine) {
    ManualClock clock;
    app::ProgressBoard board(app::ProgressBoard::Style::terminal, 1, clock);
    EXPECT_NE(captured([&] { board.set_done(0, 1); }), "");
    EXPECT_EQ(captured([&] { board.aside([] { std::fputs("line\n", stderr); }); }), "\r\x1b[Kline\n");
    EXPECT_EQ(captured([&] { board.aside([] {}); }), "");
}

TEST(ProgressBoard, WaitsWithTheBarUntilTheLineIsOut) {
    ManualClock clock;
    app::ProgressBoard board(app::ProgressBoard::Style::terminal, 1, clock);
    const std::string written = captured([&] {
        std::jthread other;
        board.aside([&] {
            other = std::jthread([&] { board.set_done(0, 1); });
            std::this_thread::sleep_for(std::chrono::milliseconds(50));  // time for the other to break in
            std::fputs("line\n", stderr);
        });
    });
    EXPECT_TRUE(written.starts_with("line\n\r\x1b[K")) << written;
}

TEST(ProgressBoard, IsSilentWhenQuiet) {
    ManualClock clock;
    app::ProgressBoard board(app::ProgressBoard::Style::quiet, 1, clock);
    clock.time += std::chrono::minutes(10);
    EXPECT_EQ(captured([&] { board.set_done(0, 60); }), "");
}

}  // namespace
