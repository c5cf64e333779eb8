#include "base/hmac.hpp"

#include <gtest/gtest.h>

#include "base/base64url.hpp"

namespace {

// RFC 4231, test case 2; the code written in base64url.
TEST(Hmac, GivesTheCodeOfTheStandard) {
    EXPECT_EQ(base::to_base64url(base::hmac_sha256("Jefe", "what do ya want for nothing?")),
              "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
}

TEST(Hmac, DependsOnEveryBitOfKeyAndMessage) {
    const std::string code = base::hmac_sha256("key", "message");
    EXPECT_NE(code, base::hmac_sha256("kez", "message"));
    EXPECT_NE(code, base::hmac_sha256("key", "messagf"));
    EXPECT_EQ(code.size(), 32U);
}

TEST(EqualInConstantTime, TellsSameFromOther) {
    EXPECT_TRUE(base::equal_in_constant_time("abc", "abc"));
    EXPECT_TRUE(base::equal_in_constant_time("", ""));
    EXPECT_FALSE(base::equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(base::equal_in_constant_time("abc", "ab"));
}

TEST(Base64url, WritesAndReadsEveryLength) {
    std::string bytes;
    for (int length = 0; length < 300; ++length) {
        EXPECT_EQ(base::from_base64url(base::to_base64url(bytes)), bytes);
        bytes += static_cast<char>(length * 7);
    }
}

TEST(Base64url, RefusesWhatIsNotItsOwnWriting) {
    for (const std::string_view text : {"A", "AA=", "A+AA", "AA A", "AB", "AAB"}) {
        EXPECT_FALSE(base::from_base64url(text)) << text;
    }
    EXPECT_EQ(base::from_base64url("AA"), std::string(1, '\0'));
}

}  // namespace
