#include "app/disk_watch.hpp"

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace {

using base::ErrorCode;

TEST(DiskWatch, LooksAgainAfterAWhile) {
    const auto folder = std::filesystem::temp_directory_path() / ("disk-watch-" + std::to_string(getpid()));
    base::ManualClock clock;
    app::DiskWatch watch({folder}, 1, clock);
    EXPECT_EQ(watch.check().error().code, ErrorCode::output_failed) << "there is no such folder";
    std::filesystem::create_directory(folder);
    clock.advance(app::DiskWatch::every - std::chrono::milliseconds(1));
    EXPECT_FALSE(watch.check()) << "as it was known";
    clock.advance(std::chrono::milliseconds(1));
    EXPECT_TRUE(watch.check());
    std::filesystem::remove(folder);
    EXPECT_TRUE(watch.check());
    clock.advance(app::DiskWatch::every);
    EXPECT_FALSE(watch.check());
}

TEST(DiskWatch, WantsAReserveInEveryFolder) {
    const base::ManualClock clock;
    const auto there = std::filesystem::temp_directory_path();
    EXPECT_TRUE(app::DiskWatch({there, there}, 1, clock).check());
    EXPECT_FALSE(app::DiskWatch({there, "/nowhere"}, 1, clock).check());
    EXPECT_EQ(app::DiskWatch({there}, std::uint64_t{1} << 62U, clock).check().error().code, ErrorCode::disk_full);
}

}  // namespace
