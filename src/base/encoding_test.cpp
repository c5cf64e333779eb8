#include "base/encoding.hpp"

#include <span>

#include <gtest/gtest.h>

#include "base/base64url.hpp"
#include "base/fakes.hpp"

namespace {

// RFC 4648, section 10.
TEST(Base64, GivesTheStandardsAnswers) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "Zg=="},
                                                                     {"fo", "Zm8="},
                                                                     {"foo", "Zm9v"},
                                                                     {"foob", "Zm9vYg=="},
                                                                     {"fooba", "Zm9vYmE="},
                                                                     {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base::to_base64(bytes), text);
        EXPECT_EQ(base::from_base64(text), bytes);
    }
    EXPECT_EQ(base::to_base64("\xFB\xFF"), "+/8=");
}

TEST(Base64, RefusesAnyOtherTextForTheSameBytes) {
    for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg===", "Z===", "=", "Zm9v\n", "-_8=", "Zm 9", "Zg==Zg=="}) {
        EXPECT_FALSE(base::from_base64(text)) << text;
    }
}

TEST(Hex, GoesBothWays) {
    EXPECT_EQ(base::to_hex(std::string_view("\x00\xAF\x7F", 3)), "00af7f");
    EXPECT_EQ(base::from_hex("00aF7f"), std::string("\x00\xAF\x7F", 3));
    for (const char* text : {"0", "0g", " 0", "+1", "0x"})
        EXPECT_FALSE(base::from_hex(text)) << text;
}

TEST(Encodings, GiveBackWhateverBytesTheyWereGiven) {
    base::SeededRandom random(20261124);
    for (std::size_t size = 0; size < 200; ++size) {
        std::string bytes(size, '\0');
        random.fill(std::as_writable_bytes(std::span(bytes)));
        EXPECT_EQ(base::from_base64(base::to_base64(bytes)), bytes);
        EXPECT_EQ(base::from_base64url(base::to_base64url(bytes)), bytes);
        EXPECT_EQ(base::from_hex(base::to_hex(bytes)), bytes);
    }
}

}  // namespace
