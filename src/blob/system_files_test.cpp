#include <gtest/gtest.h>

#include "blob/file_system.hpp"
#include "runtime/test_processes.hpp"

namespace blob {
namespace {

// As happens when a decoder is started while an upload is written.
TEST(SystemFiles, AChildThatIsBeingStartedKeepsNoLock) {
    const auto path = std::filesystem::temp_directory_path() / ("system-files-" + std::to_string(getpid()));
    const std::unique_ptr<FileSystem> files = system_files();
    auto file = files->open(path, Open::create);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE((*file)->try_lock(0, 100).value());
    runtime::Child child([](const runtime::Report& report) {
        report("has the descriptor too");
        pause();
        return 0;
    });
    ASSERT_TRUE(child.hear(1, std::chrono::seconds(20)));
    EXPECT_FALSE((*files->open(path, Open::write))->try_lock(0, 100).value());
    file->reset();
    EXPECT_TRUE((*files->open(path, Open::write))->try_lock(0, 100).value());
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace blob
