#include "services/upload/byte_range.hpp"

#include <gtest/gtest.h>

namespace upload {

TEST(ByteRange, FollowsTheRfc) {
    struct Case {
        const char* field;
        std::uint64_t first;
        std::uint64_t size;
        bool partial;
    };
    const Case cases[] = {
        {"bytes=0-0", 0, 1, true},    {"bytes=2-4", 2, 3, true},   {"bytes=2-", 2, 8, true},
        {"bytes=-3", 7, 3, true},     {"bytes=-30", 0, 10, true},  {"bytes=9-99999999999999999999", 9, 1, true},
        {"", 0, 10, false},           {"bytes=4-2", 0, 10, false}, {"bytes=0-1,4-5", 0, 10, false},
        {"lines=0-1", 0, 10, false},  {"bytes=a-b", 0, 10, false}, {"bytes=-", 0, 10, false},
        {"bytes=+1-2", 0, 10, false}, {"bytes", 0, 10, false}};
    for (const Case& wanted : cases) {
        const auto range = parse_range(wanted.field, 10);
        ASSERT_TRUE(range) << wanted.field;
        EXPECT_EQ(range->first, wanted.first) << wanted.field;
        EXPECT_EQ(range->size_bytes, wanted.size) << wanted.field;
        EXPECT_EQ(range->partial, wanted.partial) << wanted.field;
    }
    for (const char* field : {"bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"})
        EXPECT_EQ(parse_range(field, 10).error().code, base::ErrorCode::blob_range_invalid) << field;
}

}  // namespace upload
