#include "runtime/uri.hpp"

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using runtime::parse_query;
using runtime::parse_target;

using Segments = std::vector<std::string>;

TEST(ParseTarget, DecodesAfterSplitting) {
    const auto target = parse_target("/v1/sessions/a%2Fb%20c/?q=x%26y%3D1&r=a+b&flag");
    ASSERT_TRUE(target);
    EXPECT_EQ(target->path, "/v1/sessions/a%2Fb%20c/");
    EXPECT_EQ(target->segments, (Segments{"v1", "sessions", "a/b c"}));
    EXPECT_EQ(target->parameters, (runtime::NamedValues{{"q", "x&y=1"}, {"r", "a b"}, {"flag", ""}}));
    EXPECT_EQ(target->query, "q=x%26y%3D1&r=a+b&flag");
}

TEST(ParseTarget, TheRootHasNoSegments) {
    EXPECT_TRUE(parse_target("/")->segments.empty());
    EXPECT_TRUE(parse_target("/?")->parameters.empty());
}

TEST(ParseTarget, DecodesOnceAndLeavesPlusInPaths) {
    EXPECT_EQ(parse_target("/%2541+b")->segments, (Segments{"%41+b"}));
}

TEST(ParseTarget, RefusesWhatCouldBeReadTwoWays) {
    for (const std::string_view target :
         {"",    "a",    "*",    "http://host/a", "/a//b", "/./a", "/a/..",   "/%2e%2e/a", "/%2E",    "/%",
          "/%4", "/%zz", "/%00", "/a%0Ab",        "/%7f",  "/%ff", "/%c0%af", "/?q=%",     "/?q=%00", "//a"}) {
        const auto refused = parse_target(target);
        ASSERT_FALSE(refused) << target;
        EXPECT_EQ(refused.error().code, ErrorCode::request_malformed);
    }
}

TEST(ParseTarget, BoundsItsParts) {
    std::string path;
    for (std::size_t i = 0; i < runtime::most_path_segments; ++i)
        path += "/a";
    EXPECT_TRUE(parse_target(path));
    EXPECT_FALSE(parse_target(path + "/a"));
    std::string query;
    for (std::size_t i = 0; i < runtime::most_query_parameters; ++i)
        query += "a=1&";
    EXPECT_TRUE(parse_query(query));
    EXPECT_FALSE(parse_query(query + "a=1"));
}

TEST(ParseUrl, TakesHostPortAndTarget) {
    const auto plain = runtime::parse_url("http://example.com");
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->tls);
    EXPECT_EQ(plain->host, "example.com");
    EXPECT_EQ(plain->port, 80);
    EXPECT_EQ(plain->target, "/");
    const auto full = runtime::parse_url("https://[2001:db8::1]:8443/a/b?c=d");
    ASSERT_TRUE(full);
    EXPECT_TRUE(full->tls);
    EXPECT_EQ(full->host, "2001:db8::1");
    EXPECT_EQ(full->port, 8443);
    EXPECT_EQ(full->authority, "[2001:db8::1]:8443");
    EXPECT_EQ(full->target, "/a/b?c=d");
    EXPECT_EQ(runtime::parse_url("https://h?x")->target, "/?x");
}

TEST(ParseUrl, RefusesEverythingElse) {
    for (const std::string_view text : {"", "ftp://h", "//h", "http://", "http:///a", "http://:80", "http://h:",
                                        "http://h:0", "http://h:65536", "http://h:8a", "http://u@h", "http://h/#f",
                                        "http://h/ a", "http://[::1", "http://[::1]x", "http://h\r\nX: y"}) {
        EXPECT_FALSE(runtime::parse_url(text)) << text;
    }
}

TEST(PercentEncode, IsUndoneByTheParser) {
    std::string all = "ä€𝄞";
    for (char c = ' '; c < 0x7F; ++c)
        all += c;
    EXPECT_EQ(parse_target("/" + runtime::percent_encode(all))->segments, Segments{all});
    EXPECT_EQ(parse_query("k=" + runtime::percent_encode(all))->front().second, all);
}

}  // namespace
