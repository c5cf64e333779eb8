#include "media/decode_limits.hpp"

#include <gtest/gtest.h>

namespace media {
namespace {

base::Result<DecodeLimits> parse(std::vector<std::string> arguments) {
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments)
        pointers.push_back(argument.c_str());
    return parse_arguments(pointers);
}

TEST(DecodeLimits, survive_the_command_line) {
    const auto parsed = parse(to_arguments({.memory_bytes = 1, .cpu_seconds = 22, .max_seconds = 333}));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->memory_bytes, 1);
    EXPECT_EQ(parsed->cpu_seconds, 22);
    EXPECT_EQ(parsed->max_seconds, 333);
}

TEST(DecodeLimits, nothing_else_is_taken) {
    for (const char* wrong :
         {"", "--memory-bytes", "--memory-bytes=", "--memory-bytes=x", "--memory-bytes=1x", "--cpu-seconds=0",
          "--cpu-seconds=-1", "--max-seconds=99999999999999999999", "--help", "file.mp4"}) {
        EXPECT_FALSE(parse({wrong})) << wrong;
    }
}

}  // namespace
}  // namespace media
