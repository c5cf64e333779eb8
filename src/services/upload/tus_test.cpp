#include "services/upload/tus.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace upload {

TEST(Tus, CountsAreDigitsOnly) {
    EXPECT_EQ(parse_count("Upload-Offset", "0"), 0);
    EXPECT_EQ(parse_count("Upload-Offset", "9223372036854775807"), INT64_MAX);
    for (const char* text : {"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "9223372036854775808", "1e3"})
        EXPECT_FALSE(parse_count("Upload-Offset", text)) << text;
}

TEST(Tus, ReadsMetadata) {
    const auto metadata = parse_metadata("filename d29ybGQubXA0, is_confidential,title w6Q=");
    ASSERT_TRUE(metadata);
    EXPECT_EQ(*metadata, (Metadata{{"filename", "world.mp4"}, {"is_confidential", ""}, {"title", "ä"}}));
    EXPECT_TRUE(parse_metadata("")->empty());
    for (const char* text : {"a !", "a YQ", "a YQ==,a YQ==", ",a", "a /w==", "\xC3\xA4 YQ=="})
        EXPECT_FALSE(parse_metadata(text)) << text;
    EXPECT_FALSE(parse_metadata("a " + std::string(most_metadata_bytes, 'A')));
}

TEST(Tus, ChecksChecksums) {
    const auto holds = [](std::string_view field, std::string_view bytes) {
        auto expected = parse_checksum(field);
        Checksum checksum(*expected);
        for (const char& byte : bytes)
            checksum.update(std::as_bytes(std::span(&byte, 1)));
        return checksum.holds();
    };
    const std::string sha1 = "sha1 " + base::to_base64(*base::from_hex("a9993e364706816aba3e25717850c26c9cd0d89d"));
    EXPECT_TRUE(holds(sha1, "abc"));
    EXPECT_FALSE(holds(sha1, "abd"));
    const std::string sha256 =
        "sha256 " +
        base::to_base64(*base::from_hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    EXPECT_TRUE(holds(sha256, "abc"));
    for (const char* field : {"", "sha1", "md5 rL0Y20zC+Fzt72VPzMSk2A==", "sha1 rL0Y20zC+Fzt72VPzMSk2A==", "sha1 ???"})
        EXPECT_FALSE(parse_checksum(field)) << field;
}

TEST(Tus, WritesHttpDates) {
    EXPECT_EQ(http_date(base::from_unix_ms(784'111'777'000)), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(base::from_unix_ms(1'767'225'600'999)), "Thu, 01 Jan 2026 00:00:00 GMT");
}

}  // namespace upload
