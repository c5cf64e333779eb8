#include "services/exporting/download_name.hpp"

#include <gtest/gtest.h>

namespace exporting {
namespace {

TEST(ContentDisposition, GivesBothForms) {
    EXPECT_EQ(content_disposition("My talk", "srt"),
              "attachment; filename=\"My talk.srt\"; filename*=UTF-8''My%20talk.srt");
    EXPECT_EQ(content_disposition("\u00C4rger", "vtt"),
              "attachment; filename=\"rger.vtt\"; filename*=UTF-8''%C3%84rger.vtt");
}

TEST(ContentDisposition, LetsNothingEscape) {
    EXPECT_EQ(
        content_disposition("a\"; x=\"b\r\nSet-Cookie: c", "txt"),
        "attachment; filename=\"a__ x=_b__Set-Cookie_ c.txt\"; filename*=UTF-8''a__%20x%3D_b__Set-Cookie_%20c.txt");
    EXPECT_EQ(content_disposition("../../etc/passwd", "txt"),
              "attachment; filename=\"etc_passwd.txt\"; filename*=UTF-8''etc_passwd.txt");
    EXPECT_EQ(content_disposition("exe\u202Etxt", "txt"),
              "attachment; filename=\"exe_txt.txt\"; filename*=UTF-8''exe_txt.txt");
}

TEST(ContentDisposition, AlwaysHasAName) {
    for (const char* title : {"", " ", "...", "//", "\xFF"})
        EXPECT_EQ(content_disposition(title, "json"),
                  "attachment; filename=\"transcript.json\"; filename*=UTF-8''transcript.json");
    EXPECT_EQ(content_disposition("\u4ECA\u65E5", "srt"),
              "attachment; filename=\"transcript.srt\"; filename*=UTF-8''%E4%BB%8A%E6%97%A5.srt");
    EXPECT_LT(content_disposition(std::string(5000, 'x'), "srt").size(), 300U);
}

}  // namespace
}  // namespace exporting
