#include "services/session/vocabulary.hpp"

#include <gtest/gtest.h>

#include "services/session/test_sessions.hpp"

namespace session {
namespace {

std::string nearest(Sessions& sessions, const std::string& id) {
    return base::to_canonical_json(Sessions::json(sessions.get("/v1/sessions/" + id + "/vocabulary")));
}

TEST(Vocabulary, NearestWins) {
    Sessions sessions;
    const std::string plain = Sessions::text(sessions.send("POST", "/v1/sessions", "{}"), "id");
    EXPECT_EQ(nearest(sessions, plain), R"({"from":null,"vocabulary":[]})");
    EXPECT_EQ(sessions.send("PUT", "/v1/vocabulary", R"({"vocabulary":["Ceph","Ceph"," New  York "]})").status, 200);
    EXPECT_EQ(sessions.get("/v1/vocabulary").body, R"({"vocabulary":["Ceph","New York"]})");
    EXPECT_EQ(nearest(sessions, plain), R"({"from":"tenant","vocabulary":["Ceph","New York"]})");

    const auto made = sessions.send("POST", "/v1/sessions", R"({"vocabulary":"Kubernetes, etcd"})");
    EXPECT_EQ(made.status, 201);
    const std::string own = Sessions::text(made, "id");
    EXPECT_EQ(nearest(sessions, own), R"({"from":"session","vocabulary":["Kubernetes","etcd"]})");
    const std::string none = Sessions::text(sessions.send("POST", "/v1/sessions", R"({"vocabulary":[]})"), "id");
    EXPECT_EQ(nearest(sessions, none), R"({"from":"session","vocabulary":[]})");

    EXPECT_EQ(sessions.send("PUT", "/v1/vocabulary", R"({"vocabulary":[]})").status, 200);
    EXPECT_EQ(nearest(sessions, plain), R"({"from":null,"vocabulary":[]})");
}

TEST(Vocabulary, IsToldOfWithTheRunAndReplacedByARetry) {
    Sessions sessions;
    const std::string id = Sessions::text(sessions.send("POST", "/v1/sessions", R"({"vocabulary":["Ceph"]})"), "id");
    sessions.uploaded(id);
    sessions.platform.settle();
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/cancel").status, 200);
    const std::string retry = "/v1/sessions/" + id + "/retry";
    EXPECT_EQ(sessions.send("POST", retry, R"({"vocabulary":7})").status, 400);
    EXPECT_EQ(sessions.send("POST", retry, R"({"vocabulary":[]})").status, 202);
    sessions.platform.settle();
    const auto queued = sessions.platform.events("session.queued");
    ASSERT_EQ(queued.size(), 2U);
    ASSERT_NE(queued[0].payload.member("vocabulary"), nullptr);
    EXPECT_TRUE(*queued[0].payload.member("vocabulary")->boolean());
    EXPECT_EQ(queued[1].payload.member("vocabulary"), nullptr);
    EXPECT_EQ(nearest(sessions, id), R"({"from":"session","vocabulary":[]})");
}

TEST(Vocabulary, GoesWithItsSession) {
    Sessions sessions;
    const std::string id = Sessions::text(sessions.send("POST", "/v1/sessions", R"({"vocabulary":["Ceph"]})"), "id");
    EXPECT_EQ(sessions.count("session_vocabularies"), 1);
    EXPECT_EQ(sessions.send("DELETE", "/v1/sessions/" + id).status, 204);
    EXPECT_EQ(sessions.count("session_vocabularies"), 0);
}

TEST(Vocabulary, IsRefusedWithTheReason) {
    Sessions sessions;
    for (const std::string body : {R"({"vocabulary":5})", R"({"vocabulary":[5]})", R"({"vocabulary":["..."]})"}) {
        EXPECT_EQ(sessions.send("POST", "/v1/sessions", body).status, 400) << body;
        EXPECT_EQ(sessions.send("PUT", "/v1/vocabulary", body).status, 400) << body;
    }
    EXPECT_EQ(sessions.send("PUT", "/v1/vocabulary", "{}").status, 400);
    EXPECT_EQ(sessions.send("PUT", "/v1/vocabulary", R"({"vocabulary":[]})", {}, member("ann")).status, 403);
    EXPECT_EQ(sessions.get("/v1/sessions/" + sessions.platform.platform().ids.next() + "/vocabulary").status, 404);
}

}  // namespace
}  // namespace session
