#include "base/sha1.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace base {

// The examples of FIPS 180-4's companion, in one piece and in two.
TEST(Sha1, GivesTheKnownDigests) {
    const auto digest = [](std::string_view first, std::string_view second) {
        Sha1 sha1;
        sha1.update(std::as_bytes(std::span(first)));
        sha1.update(std::as_bytes(std::span(second)));
        return to_hex(sha1.finish());
    };
    EXPECT_EQ(digest("", ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(digest("abc", ""), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijk", "ijkljklmklmnlmnomnopnopq"),
              "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

}  // namespace base
