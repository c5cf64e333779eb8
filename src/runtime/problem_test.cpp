#include "runtime/problem.hpp"

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;

TEST(Problem, HasTheFieldsOfTheStandardAndOurs) {
    EXPECT_EQ(
        runtime::problem_json({ErrorCode::not_found, "no session \"x\""}, "c1"),
        R"({"type": "urn:video-transcriber:problem:not_found", "title": "There is nothing of that name", "status": 404, )"
        R"("detail": "no session \"x\"", "code": "not_found", "correlation_id": "c1"})");
}

TEST(Problem, KeepsInternalFaultsInside) {
    const std::string json = runtime::problem_json({ErrorCode::internal, "row 7 of table sessions"}, "c1");
    EXPECT_EQ(json.find("row 7"), std::string::npos);
    EXPECT_NE(json.find("c1"), std::string::npos);
    const std::string full = runtime::problem_json({ErrorCode::disk_full, "cannot write /data/blobs/acme"}, "c1");
    EXPECT_EQ(full.find("/data"), std::string::npos);
}

TEST(Problem, SaysWhenToComeBackAndHowToSignIn) {
    const auto busy = runtime::problem_response({ErrorCode::overloaded, "full"}, {});
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.headers.find("retry-after"), "1");
    EXPECT_EQ(busy.headers.find("content-type"), "application/problem+json");
    EXPECT_EQ(runtime::problem_response({ErrorCode::unauthenticated, "who?"}, {}).headers.find("www-authenticate"),
              "Bearer");
    EXPECT_FALSE(runtime::problem_response({ErrorCode::not_found, "no"}, {}).headers.find("retry-after"));
}

}  // namespace
