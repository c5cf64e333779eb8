#include "base/sha256.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace {

std::string digest_of(std::initializer_list<std::string_view> pieces) {
    base::Sha256 digest;
    for (const std::string_view piece : pieces)
        digest.update(std::as_bytes(std::span(piece)));
    return digest.finish_hex();
}

// Test vectors of FIPS 180-2, appendix B.
TEST(Sha256, GivesTheStandardsAnswers) {
    EXPECT_EQ(digest_of({"abc"}), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest_of({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, DoesNotCareHowTheBytesWereCut) {
    EXPECT_EQ(digest_of({"a", "", "bc"}), digest_of({"abc"}));
    EXPECT_NE(digest_of({"ab"}), digest_of({"abc"}));
}

}  // namespace
