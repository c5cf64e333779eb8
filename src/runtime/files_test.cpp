#include "runtime/files.hpp"

#include <csignal>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

class Files : public testing::Test {
  protected:
    fs::path folder_ = fs::path(testing::TempDir()) /
                       (std::string("files_test_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    void SetUp() override {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }
    [[nodiscard]] std::size_t entries() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
};

TEST_F(Files, WritesAWholeFileAndLeavesNothingBeside) {
    ASSERT_TRUE(runtime::write_file(folder_ / "a.txt", "one"));
    ASSERT_TRUE(runtime::write_file(folder_ / "a.txt", "two"));
    EXPECT_EQ(runtime::read_file(folder_ / "a.txt", 100).value(), "two");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, MakesTheFoldersOnTheWay) {
    ASSERT_TRUE(runtime::write_file(folder_ / "x/y/a.txt", "deep"));
    EXPECT_EQ(runtime::read_file(folder_ / "x/y/a.txt", 100).value(), "deep");
}

TEST_F(Files, TellsWhyItCannotWriteAndLeavesNothing) {
    ASSERT_TRUE(runtime::write_file(folder_ / "file", "in the way"));
    const auto under_a_file = runtime::write_file(folder_ / "file/a.txt", "x");
    ASSERT_FALSE(under_a_file);
    EXPECT_EQ(under_a_file.error().code, ErrorCode::output_failed);
    fs::create_directory(folder_ / "folder.txt");
    std::ofstream(folder_ / "folder.txt/keep") << "x";
    const auto over_a_folder = runtime::write_file(folder_ / "folder.txt", "x");
    ASSERT_FALSE(over_a_folder);
    EXPECT_NE(over_a_folder.error().message.find("folder.txt"), std::string::npos);
    EXPECT_EQ(entries(), 2U) << "no temporary file stays";
}

TEST_F(Files, TellsAFullDisk) {
    const auto full = runtime::write_file("/dev/full/a.txt", "x");
    ASSERT_FALSE(full);
    // A file-size limit makes write() fail half-way as a full disk does; the old content must survive it.
    ASSERT_TRUE(runtime::write_file(folder_ / "a.txt", "old"));
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{10, 10};
        setrlimit(RLIMIT_FSIZE, &small);
        const auto written = runtime::write_file(folder_ / "a.txt", std::string(100, 'x'));
        _exit(!written && written.error().code == ErrorCode::output_failed ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(runtime::read_file(folder_ / "a.txt", 100).value(), "old");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, RefusesWhatIsNotARegularFile) {
    EXPECT_EQ(runtime::open_for_reading(folder_ / "gone").error().code, ErrorCode::file_not_found);
    EXPECT_EQ(runtime::open_for_reading(folder_).error().code, ErrorCode::file_unreadable);
    ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(runtime::open_for_reading(folder_ / "pipe").error().code, ErrorCode::file_unreadable)
        << "and does not wait";
}

TEST_F(Files, KeepsItsReadingLimit) {
    ASSERT_TRUE(runtime::write_file(folder_ / "a.txt", "12345"));
    EXPECT_TRUE(runtime::read_file(folder_ / "a.txt", 5));
    EXPECT_EQ(runtime::read_file(folder_ / "a.txt", 4).error().code, ErrorCode::file_unreadable);
}

TEST_F(Files, SpoolsAPipeIntoASeekableFile) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    EXPECT_FALSE(runtime::is_seekable(ends[0]));
    ASSERT_EQ(write(ends[1], "hello", 5), 5);
    close(ends[1]);
    const auto file = runtime::spool(ends[0], nullptr);
    close(ends[0]);
    ASSERT_TRUE(file);
    EXPECT_TRUE(runtime::is_seekable(file->number()));
    char text[6] = {};
    EXPECT_EQ(pread(file->number(), text, 5, 0), 5);
    EXPECT_STREQ(text, "hello");
}

TEST_F(Files, StopsSpoolingWhenAsked) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const std::atomic<bool> stop = true;
    EXPECT_EQ(runtime::spool(ends[0], &stop).error().code, ErrorCode::cancelled);
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
