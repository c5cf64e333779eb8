#include "runtime/router.hpp"

#include <gtest/gtest.h>

namespace {

using runtime::Context;
using runtime::Request;
using runtime::Response;
using runtime::Route;
using runtime::Router;

Route row(std::string method, std::string pattern) {
    return {.method = std::move(method), .pattern = std::move(pattern), .handler = [](Request&, Context&) {
                return Response{};
            }};
}

Router routes() {
    return Router({row("*", "/v1/{rest...}"), row("GET", "/v1/sessions/{id}"), row("DELETE", "/v1/sessions/{id}"),
                   row("GET", "/v1/sessions/latest"), row("POST", "/v1/sessions"), row("GET", "/healthz"),
                   row("PUT", "/{a}/{b}/x")});
}

std::string pattern_of(const Router& router, Request& request) {
    const auto found = router.find(request, {});
    return found ? (*found)->pattern : std::to_string(found.error().status);
}

std::string find(std::string method, std::string target) {
    const Router router = routes();
    Request request{.method = std::move(method), .target = std::move(target)};
    return pattern_of(router, request);
}

TEST(Router, PrefersTheMoreSpecificRoute) {
    EXPECT_EQ(find("GET", "/v1/sessions/latest"), "/v1/sessions/latest");
    EXPECT_EQ(find("GET", "/v1/sessions/other?x=1"), "/v1/sessions/{id}");
    EXPECT_EQ(find("DELETE", "/v1/sessions/latest"), "/v1/sessions/{id}") << "the literal row has no DELETE";
    EXPECT_EQ(find("PATCH", "/v1/sessions/latest"), "/v1/{rest...}");
    EXPECT_EQ(find("GET", "/v1/a/b/c"), "/v1/{rest...}");
    EXPECT_EQ(find("GET", "/v1"), "404") << "the rest has at least one segment";
}

TEST(Router, GivesTheDecodedParameters) {
    const Router router = routes();
    Request request{.method = "GET", .target = "/v1/sessions/a%2Fb?after=x%20y"};
    EXPECT_EQ(pattern_of(router, request), "/v1/sessions/{id}");
    EXPECT_EQ(request.path_parameter("id"), "a/b");
    EXPECT_EQ(request.path_parameter("other"), "");
    EXPECT_EQ(request.query_parameter("after"), "x y");
    EXPECT_FALSE(request.query_parameter("before"));
    Request rest{.method = "GET", .target = "/v1/a/b%20c/d"};
    EXPECT_EQ(pattern_of(router, rest), "/v1/{rest...}");
    EXPECT_EQ(rest.path_parameter("rest"), "a/b c/d");
}

TEST(Router, AnswersHeadByGet) {
    EXPECT_EQ(find("HEAD", "/healthz"), "/healthz");
}

TEST(Router, TellsWhatAPathTakes) {
    const Router router = routes();
    Request request{.method = "POST", .target = "/healthz"};
    const auto refused = router.find(request, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().status, 405);
    EXPECT_EQ(refused.error().headers.find("allow"), "GET, HEAD");
}

TEST(Router, RefusesUnknownAndMalformedTargets) {
    EXPECT_EQ(find("GET", "/nothing"), "404");
    EXPECT_EQ(find("GET", "/v1/../healthz"), "400");
    EXPECT_EQ(find("GET", "/%00"), "400");
}

TEST(Router, FindsMistakesAtTheStart) {
    EXPECT_THROW(Router({row("GET", "/a"), row("GET", "/a")}), std::invalid_argument);
    EXPECT_THROW(Router({row("GET", "a")}), std::invalid_argument);
    EXPECT_THROW(Router({row("GET", "/{id")}), std::invalid_argument);
    EXPECT_THROW(Router({row("GET", "/{}")}), std::invalid_argument);
    EXPECT_THROW(Router({row("GET", "/{rest...}/a")}), std::invalid_argument);
    EXPECT_THROW(Router({Route{.method = "GET", .pattern = "/a"}}), std::invalid_argument);
    EXPECT_NO_THROW(Router({row("GET", "/a"), row("POST", "/a")}));
}

}  // namespace
