#include "runtime/files.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/ioctl.h>
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
    // A file-size limit makes write() fail half-way as a full disk does; the old content must survive it.
    ASSERT_TRUE(runtime::write_file(folder_ / "a.txt", "old"));
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{10, 10};
        setrlimit(RLIMIT_FSIZE, &small);
        const auto written = runtime::write_file(folder_ / "a.txt", std::string(100, 'x'));
        _exit(!written && written.error().code == ErrorCode::output_failed &&
                      written.error().message.contains("ulimit -f")
                  ? 0
                  : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(runtime::read_file(folder_ / "a.txt", 100).value(), "old");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, TheFirstOfManyWritesTheFileForAll) {
    std::vector<std::string> seen(8);
    std::vector<std::jthread> writers;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        writers.emplace_back(
            [&, i] { seen[i] = runtime::write_file_once(folder_ / "key", "key " + std::to_string(i)).value(); });
    }
    writers.clear();
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 1U);
    EXPECT_EQ(runtime::write_file_once(folder_ / "key", "too late").value(), seen[0]);
    EXPECT_EQ(entries(), 1U);
    EXPECT_EQ(fs::status(folder_ / "key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
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

TEST_F(Files, ReadsWhatDoesNotSayItsSize) {
    EXPECT_EQ(std::filesystem::file_size("/proc/self/status"), 0);
    EXPECT_TRUE(runtime::read_file("/proc/self/status", 65536).value().starts_with("Name:"));
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

TEST_F(Files, WritesTheLongestName) {
    std::string name;
    for (int i = 0; i < 127; ++i)
        name += "é";
    ASSERT_TRUE(runtime::write_file(folder_ / (name + "x"), "long"));
    EXPECT_EQ(runtime::read_file(folder_ / (name + "x"), 100).value(), "long");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(Files, ProbesWhatCanBeWrittenAndLeavesNothing) {
    ASSERT_TRUE(runtime::write_file(folder_ / "file", "in the way"));
    fs::create_directory(folder_ / "folder");
    EXPECT_TRUE(runtime::probe_output(folder_ / "file"));
    EXPECT_TRUE(runtime::probe_output(folder_ / "new/deep/a.txt"));
    EXPECT_TRUE(runtime::probe_folder(folder_ / "new"));
    EXPECT_TRUE(runtime::probe_output(folder_ / std::string(255, 'x')));
    EXPECT_EQ(entries(), 2U);
    for (const fs::path& path : {folder_ / "folder", folder_ / "file/a.txt", folder_ / "new" / std::string(256, 'x'),
                                 folder_ / std::string(256, 'x') / "a.txt", fs::path("/proc/nowhere/a.txt")}) {
        const auto probed = runtime::probe_output(path);
        ASSERT_FALSE(probed) << path;
        EXPECT_EQ(probed.error().code, ErrorCode::output_failed) << path;
    }
    for (const fs::path& path : {folder_ / "file", folder_ / "file/below", folder_ / std::string(256, 'x')})
        EXPECT_FALSE(runtime::probe_folder(path)) << path;
}

TEST_F(Files, ProbesADisk) {
    EXPECT_TRUE(runtime::probe_disk(folder_, 1));
    EXPECT_EQ(entries(), 0U);
    EXPECT_EQ(runtime::probe_disk(folder_, std::uint64_t{1} << 62U).error().code, ErrorCode::disk_full);
    EXPECT_EQ(runtime::probe_disk("/proc/self", 0).error().code, ErrorCode::output_failed) << "takes no files";
    EXPECT_EQ(runtime::probe_disk(folder_ / "missing", 0).error().code, ErrorCode::output_failed);
}

TEST_F(Files, StopsSpoolingAnIdlePipe) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    std::atomic<bool> stop = false;
    base::Result<runtime::Descriptor> spooled;
    {
        const std::jthread reader([&] { spooled = runtime::spool(ends[0], &stop); });
        ASSERT_EQ(write(ends[1], "hello", 5), 5);
        for (int unread = 1; unread != 0;)
            ioctl(ends[0], FIONREAD, &unread);  // until it has been read, and more is waited for
        stop = true;
    }
    ASSERT_FALSE(spooled);
    EXPECT_EQ(spooled.error().code, ErrorCode::cancelled);
    close(ends[0]);
    close(ends[1]);
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
