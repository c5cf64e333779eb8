#include "blob/layout.hpp"

#include <array>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace blob {
namespace {

TEST(Layout, OneFolderForOneKeyAndBack) {
    std::set<std::string> names;
    for (const std::string key : {"a", "a/b", "a.b", "a_b", "a-b", "...", "a/...", "a/b/c", "A"}) {
        ASSERT_TRUE(check_key(key)) << key;
        EXPECT_TRUE(names.insert(folder_name(key)).second) << key;
        EXPECT_EQ(key_of_folder(folder_name(key)), key);
    }
}

TEST(Layout, NoNameLeavesItsFolder) {
    std::mt19937 chance(5);
    constexpr std::string_view letters = "./+ab\\ \0~%";
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string key(chance() % 7, ' ');
        for (char& letter : key)
            letter = letters[chance() % letters.size()];
        if (!check_key(key)) continue;
        ++accepted;
        const std::filesystem::path path = ("/root" / std::filesystem::path(folder_name(key))).lexically_normal();
        EXPECT_EQ(path.parent_path(), "/root") << key;
        EXPECT_EQ(path.filename(), folder_name(key)) << key;
    }
    EXPECT_GT(accepted, 100);
}

TEST(Layout, ForeignNamesAreNoKeys) {
    for (const std::string name : {"", ".", "..", "a b", "+a", "a+", "a++b", "a+..+b", "a/b"}) {
        EXPECT_FALSE(key_of_folder(name)) << name;
    }
}

TEST(Layout, AnIdTellsWhenItWasMade) {
    const std::array<std::byte, 10> random{std::byte{0xab}};
    const std::string id = make_id(1'700'000'000'123, random);
    EXPECT_EQ(id, "018bcfe5687b-ab000000000000000000");
    EXPECT_EQ(time_of_id(id), 1'700'000'000'123);
    for (const std::string other :
         {"", "018bcfe5687b", "../../../../etc/passwd/aaaaaaaaaa", "018bcfe5687b-ab00000000000000000/",
          "+18bcfe5687b-ab000000000000000000", "018bcfe5687B-ab000000000000000000"}) {
        EXPECT_FALSE(time_of_id(other)) << other;
    }
}

TEST(Layout, PartsHaveNumbers) {
    for (const std::uint32_t number : {1U, 42U, 10'000U})
        EXPECT_EQ(number_of_part(part_name(number)), number);
    for (const std::string name : {"data", "part-", "part-1", "part-0000x", "part-000001"})
        EXPECT_FALSE(number_of_part(name)) << name;
}

}  // namespace
}  // namespace blob
