#include "services/upload/header_value.hpp"

#include <gtest/gtest.h>

namespace upload {

TEST(HeaderValue, ReadsValueAndParameters) {
    const auto value = parse_header_value(R"( Form-Data ; Name="a\"b\c"; filename=x.mp4;)");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->value, "form-data");
    EXPECT_EQ(value->parameters.at("name"), R"(a"b\c)");
    EXPECT_EQ(value->parameters.at("filename"), "x.mp4");
    for (const char* text : {"", ";", "a b", "a; =x", "a; b", "a; b=", "a; b=\"x", "a; b=1; B=2", "a; b=1 2"})
        EXPECT_FALSE(parse_header_value(text)) << text;
}

TEST(HeaderValue, MediaTypesLoseTheirParameters) {
    EXPECT_EQ(media_type_of("Video/MP4; codecs=\"avc1\""), "video/mp4");
    for (const char* text : {"", "video", "/mp4", "video/", "a/b/c", "x\r\ny/z"})
        EXPECT_EQ(media_type_of(text), "application/octet-stream") << text;
    for (const char* type : {"text/html", "text/javascript", "application/ecmascript", "application/xhtml+xml",
                             "image/svg+xml", "text/x-shellscript", "application/x-sh"})
        EXPECT_TRUE(is_refused_media_type(type)) << type;
    for (const char* type : {"video/mp4", "audio/mpeg", "application/octet-stream", "text/plain"})
        EXPECT_FALSE(is_refused_media_type(type)) << type;
}

}  // namespace upload
