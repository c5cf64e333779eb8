#include "formats/compression_ratio.hpp"

#include <string>

#include <gtest/gtest.h>

namespace formats {
namespace {

// The figures are Python's len(text) / len(zlib.compress(text)), which is Whisper's.
TEST(CompressionRatio, IsWhispers) {
    EXPECT_EQ(compression_ratio(""), 0);
    EXPECT_DOUBLE_EQ(compression_ratio("a"), 1.0 / 9);
    std::string chorus;
    for (int i = 0; i < 20; ++i)
        chorus += "thank you for watching ";
    EXPECT_DOUBLE_EQ(compression_ratio(chorus), 460.0 / 36);
}

}  // namespace
}  // namespace formats
