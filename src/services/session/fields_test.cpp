#include "services/session/fields.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

using base::ErrorCode;

base::Result<SessionFields> parse_fields(std::string_view json) {
    return parse_session_fields(base::parse_json(json).value(), "en");
}

TEST(Fields, HaveDefaults) {
    EXPECT_EQ(parse_fields("{}").value(), (SessionFields{.title = "", .language = "en", .model = "", .priority = 0}));
    EXPECT_EQ(
        parse_fields(
            R"({"title":"  A talk \n","language":"de-CH","model":"tiny_2.en-x","priority":9,"multichannel":true})")
            .value(),
        (SessionFields{"A talk", "de-CH", "tiny_2.en-x", "", 9, true}));
}

TEST(Fields, AreRefusedWhenTheyAreWrong) {
    EXPECT_EQ(parse_fields(R"({"titel":"x"})").error().code, ErrorCode::unknown_field);
    for (const char* wrong : {R"({"title":5})", R"({"language":"english!"})", R"({"model":"../etc"})",
                              R"({"priority":10})", R"({"priority":-1})", R"({"priority":0.5})",
                              R"({"multichannel":"yes"})", R"({"multichannel":true,"speakers":"2"})", "[]"})
        EXPECT_EQ(parse_fields(wrong).error().code, ErrorCode::invalid_argument) << wrong;
}

TEST(Title, IsAtMost200CharactersOnceTrimmed) {
    std::string title;
    for (int i = 0; i < 200; ++i)
        title += "é";
    EXPECT_EQ(parse_title("\u00A0 " + title + "\u3000\t").value(), title);
    EXPECT_EQ(parse_title(title + "e").error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(parse_title("a\nb").value(),
              "a\uFFFD"
              "b")
        << "a title is one line";
}

TEST(LanguageTag, HasTheFormOfBcp47) {
    for (const char* good : {"en", "de-CH", "zh-Hant-TW", "yue", "sl-rozaj-biske", "en-x-twain", "es-419"})
        EXPECT_TRUE(is_language_tag(good)) << good;
    for (const char* bad : {"", "e", "en-", "-en", "en--US", "e1", "en_US", "en-x", "abcdefghi", "en US",
                            "en-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"})
        EXPECT_FALSE(is_language_tag(bad)) << bad;
}

TEST(QueryParameters, AreKnownAndComeOnce) {
    runtime::Request request;
    request.query = {{"limit", "5"}};
    EXPECT_TRUE(check_query(request, {"limit", "cursor"}));
    EXPECT_FALSE(check_query(request, {"cursor"}));
    request.query = {{"limit", "5"}, {"limit", "6"}};
    EXPECT_FALSE(check_query(request, {"limit"}));
}

TEST(IfNoneMatch, ComparesWeakly) {
    const auto names = [](std::string field) {
        runtime::Request request;
        request.headers.set("If-None-Match", std::move(field));
        return none_match_names(request, "\"7\"");
    };
    EXPECT_TRUE(names("\"7\""));
    EXPECT_TRUE(names("\"6\", W/\"7\""));
    EXPECT_TRUE(names("*"));
    EXPECT_FALSE(names("\"77\""));
    EXPECT_FALSE(names(""));
    EXPECT_FALSE(none_match_names({}, "\"7\""));
}

TEST(SessionFields, SayWhetherSpeakersAreToldApart) {
    EXPECT_EQ(parse_fields(R"({"speakers":"auto"})")->speakers, "auto");
    EXPECT_EQ(parse_fields(R"({"speakers":2})")->speakers, "2");
    EXPECT_EQ(parse_fields(R"({"speakers":"2"})")->speakers, "2");
    EXPECT_EQ(parse_fields(R"({"speakers":"none"})")->speakers, "");
    for (const char* wrong : {R"({"speakers":""})", R"({"speakers":0})", R"({"speakers":65})", R"({"speakers":true})",
                              R"({"speakers":1.5})", R"({"speakers":[2]})", R"({"speakers":"two"})"})
        EXPECT_EQ(parse_fields(wrong).error().code, base::ErrorCode::invalid_argument) << wrong;
}

}  // namespace
}  // namespace session
