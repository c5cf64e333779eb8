#include "app/inputs.hpp"

#include <algorithm>
#include <climits>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

TEST(NameOutputs, TakesTheStemOfEachFile) {
    const auto inputs = app::name_outputs({{"/a/talk.mp4", "talk.mp4"}, {"/a/day one/call.wav", "day one/call.wav"}});
    ASSERT_EQ(inputs.size(), 2U);
    EXPECT_EQ(inputs[0].stem, "talk");
    EXPECT_EQ(inputs[1].stem, "day one/call");
}

TEST(NameOutputs, KeepsWholeNamesWhereStemsCollide) {
    const auto inputs =
        app::name_outputs({{"x/talk.mp4", "talk.mp4"}, {"x/talk.wav", "talk.wav"}, {"y/talk.mp4", "talk.mp4"}});
    EXPECT_EQ(inputs[0].stem, "talk.mp4");
    EXPECT_EQ(inputs[1].stem, "talk.wav");
    EXPECT_EQ(inputs[2].stem, "talk.mp4-2");
}

TEST(NameOutputs, NeverGivesOneNameTwice) {
    const auto inputs =
        app::name_outputs({{"a", "talk.mp4"}, {"b", "talk.wav"}, {"c", "talk.mp4.txt"}, {"d", "talk.mp4-2.wav"}});
    std::vector<fs::path> stems;
    for (const auto& input : inputs)
        stems.push_back(input.stem);
    std::ranges::sort(stems);
    EXPECT_EQ(std::ranges::adjacent_find(stems), stems.end());
}

TEST(LooksLikeMedia, GoesByTheExtensionWhateverItsCase) {
    EXPECT_TRUE(app::looks_like_media("a/TALK.MP4"));
    EXPECT_TRUE(app::looks_like_media("x.3gp"));
    EXPECT_TRUE(app::looks_like_media("x.wmv"));
    EXPECT_FALSE(app::looks_like_media("notes.txt"));
    EXPECT_FALSE(app::looks_like_media("mp4"));
}

class ExpandInputs : public testing::Test {
  protected:
    fs::path folder_ = fs::path(testing::TempDir()) /
                       (std::string("expand_inputs_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    void SetUp() override {
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "sub");
        fs::create_directories(folder_ / ".hidden");
    }
    void TearDown() override { fs::remove_all(folder_); }
    void touch(const fs::path& name) const { std::ofstream(folder_ / name) << "x"; }
};

TEST_F(ExpandInputs, FindsMediaBelowAFolderInOrder) {
    touch("b.mp4");
    touch("a.wav");
    touch("notes.txt");
    touch("sub/c.mkv");
    touch(".hidden/d.mp4");
    const auto list = app::expand_inputs({folder_.string()});
    ASSERT_EQ(list.inputs.size(), 3U);
    EXPECT_EQ(list.inputs[0].stem, "a");
    EXPECT_EQ(list.inputs[1].stem, "b");
    EXPECT_EQ(list.inputs[2].stem, "sub/c");
    EXPECT_TRUE(list.errors.empty());
}

TEST_F(ExpandInputs, TellsAFolderWithoutMediaAndGoesOn) {
    const auto list = app::expand_inputs({folder_.string(), "-", "gone.mp4"});
    ASSERT_EQ(list.errors.size(), 1U);
    EXPECT_EQ(list.errors[0].path, folder_);
    EXPECT_EQ(list.errors[0].error.code, base::ErrorCode::file_not_found);
    ASSERT_EQ(list.inputs.size(), 2U);
    EXPECT_EQ(list.inputs[0].stem, "stdin");
    EXPECT_EQ(list.inputs[1].stem, "gone");
}

// Folders in folders, until the way to the last is longer than any call takes: no folder for anybody, root neither.
void make_unreadable_folder(const fs::path& below) {
    int here = open(below.c_str(), O_RDONLY | O_DIRECTORY);
    const std::string name(250, 'f');
    for (int depth = 0; depth < PATH_MAX / 250 + 1; ++depth) {
        mkdirat(here, name.c_str(), 0700);
        const int next = openat(here, name.c_str(), O_RDONLY | O_DIRECTORY);
        close(here);
        here = next;
    }
    close(here);
}

TEST_F(ExpandInputs, TellsAFolderThatCannotBeReadAndTakesTheOthers) {
    touch("a.wav");
    touch("sub/b.wav");
    make_unreadable_folder(folder_ / "sub");
    const auto list = app::expand_inputs({folder_.string()});
    ASSERT_EQ(list.errors.size(), 1U);
    EXPECT_EQ(list.errors[0].error.code, base::ErrorCode::file_unreadable);
    EXPECT_TRUE(list.errors[0].path.string().starts_with((folder_ / "sub/f").string()));
    ASSERT_EQ(list.inputs.size(), 2U);
    EXPECT_EQ(list.inputs[1].stem, "sub/b");
}

TEST_F(ExpandInputs, TakesAFileOnceHoweverOftenItIsNamed) {
    touch("a.wav");
    touch("sub/b.wav");
    fs::create_symlink("a.wav", folder_ / "link.wav");
    const std::string folder = folder_.string();
    const auto list = app::expand_inputs({folder + "/sub/../a.wav", folder + "/sub//b.wav", folder});
    ASSERT_EQ(list.inputs.size(), 3U);
    EXPECT_EQ(list.inputs[0].stem, "a");
    EXPECT_EQ(list.inputs[1].stem, "b");
    EXPECT_EQ(list.inputs[2].stem, "link") << "another name, and so another output";
}

}  // namespace
