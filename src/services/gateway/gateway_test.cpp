#include "services/gateway/gateway.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "flow/requests.hpp"
#include "flow/test_platform.hpp"

namespace {

using runtime::ClientResponse;
using runtime::Context;
using runtime::Headers;
using runtime::Request;
using runtime::Response;

// What auth knows: keys are their user's names, behind the tenant when it is not acme's; "platform" runs the
// installation. Counts how often it is asked.
struct FakeAuth {
    std::set<std::string> known{"ada", "bob", "platform", "other/ada"};
    int asked = 0;
    int status = 200;

    Response authenticate(const Request& request, const Context& context) {
        ++asked;
        const std::string token = *base::parse_json(request.body)->member("token")->text();
        if (status != 200) return Response{.status = status};
        if (!known.contains(token))
            return flow::answer(base::fail(base::ErrorCode::unauthenticated, "the key is not valid"), context);
        const model::Role role = token == "platform" ? model::Role::platform : model::Role::member;
        const std::size_t slash = token.find('/');
        const std::string tenant = slash == std::string::npos ? "acme" : token.substr(0, slash);
        const std::string user = slash == std::string::npos ? token : token.substr(slash + 1);
        const model::Principal principal{model::PrincipalKind::api_key, tenant, user, {role}, {"*"}};
        return flow::json_response(200, base::JsonObject{{"principal", model::to_text(principal)}});
    }
};

flow::Service auth_service(const std::shared_ptr<FakeAuth>& auth) {
    return {.name = "auth", .make = [auth](const flow::Platform&) -> base::Result<flow::Parts> {
                flow::Parts parts;
                parts.routes = {{.method = "POST",
                                 .pattern = "/internal/authenticate",
                                 .handler = [auth](Request& request,
                                                   Context& context) { return auth->authenticate(request, context); },
                                 .anonymous = true}};
                return parts;
            }};
}

// Answers anything with its own name, who asks, the method, and whether the key came along.
flow::Service echo_service(const std::string& name) {
    return {.name = name, .make = [name](const flow::Platform&) -> base::Result<flow::Parts> {
                flow::Parts parts;
                parts.routes = {{.method = "*",
                                 .pattern = "/{rest...}",
                                 .handler =
                                     [name](Request& request, Context& context) {
                                         const auto who = model::parse_principal(context.principal);
                                         Response response = runtime::bytes_response(
                                             200, "text/plain",
                                             name + " " + request.method + " " + (who ? who->id : "nobody") +
                                                 (request.headers.find("Authorization") ? " with its key" : ""));
                                         if (const auto offered = request.headers.find("Sec-WebSocket-Protocol"))
                                             std::get<std::string>(response.body).append(" offers ").append(*offered);
                                         if (request.query_parameter("own"))
                                             response.headers.set("Cache-Control", "max-age=60");
                                         return response;
                                     },
                                 .limits = {.body_bytes = 50'000'000},
                                 .anonymous = true}};
                return parts;
            }};
}

class Gateway : public testing::Test {
  protected:
    std::shared_ptr<FakeAuth> auth_ = std::make_shared<FakeAuth>();
    base::Result<void> ready_;
    std::unique_ptr<flow::TestPlatform> platform_;

    void SetUp() override { start({}); }
    void start(std::vector<std::pair<std::string, std::string>> options) {
        std::vector<flow::Service> services{auth_service(auth_), gateway::service({.ready = [this] { return ready_; },
                                                                                   .metrics = [] { return "m 1\n"; }})};
        for (const char* name : {"session", "upload", "transcription", "analysis", "exporting", "notification"})
            services.push_back(echo_service(name));
        platform_ = std::make_unique<flow::TestPlatform>(std::move(services), 1, std::move(options));
    }
    ClientResponse ask(const std::string& method, const std::string& target, const std::string& key = "ada",
                       Headers headers = {}, const std::string& peer = "203.0.113.9") {
        if (!key.empty()) headers.set("Authorization", "Bearer " + key);
        return platform_->call(
            "gateway", {.method = method, .target = target, .headers = std::move(headers), .peer_address = peer});
    }
};

std::string field(const ClientResponse& answer, std::string_view name) {
    return std::string(answer.headers.find(name).value_or("(none)"));
}

base::Json json_of(const ClientResponse& answer) {
    return base::parse_json(answer.body).value_or(base::Json());
}

TEST_F(Gateway, NamesWhoAsksAndForwardsWithoutTheKey) {
    EXPECT_EQ(ask("GET", "/v1/sessions?limit=1").body, "session GET ada");
    EXPECT_EQ(ask("DELETE", "/v1/exports/7").body, "exporting DELETE ada");
    EXPECT_EQ(ask("GET", "/v1/events", "bob").body, "notification GET bob");
    EXPECT_EQ(ask("HEAD", "/v1/uploads/7").body, "upload HEAD ada");
    EXPECT_EQ(ask("HEAD", "/v1/models").body, "transcription HEAD ada") << "GET answers HEAD";
}

TEST_F(Gateway, WhatTheMeshSaysOfTheCallerCountsForNothing) {
    const ClientResponse answer = ask("GET", "/v1/sessions", "");  // TestPlatform calls as an administrator
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(field(answer, "WWW-Authenticate"), "Bearer");
}

TEST_F(Gateway, AVideoGoesToUploadAndADescriptionToSession) {
    const auto post = [&](const std::string& type) {
        return ask("POST", "/v1/sessions", "ada", {{"Content-Type", type}}).body;
    };
    EXPECT_EQ(post("application/json"), "session POST ada");
    EXPECT_EQ(post("Multipart/Form-Data; boundary=x"), "upload POST ada");
    EXPECT_EQ(post("multipart/form-database"), "session POST ada");
}

TEST_F(Gateway, RemembersAKeyAndForgetsItInTime) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask("GET", "/v1/models").status, 200);
    EXPECT_EQ(auth_->asked, 1);
    auth_->known.erase("ada");  // revoked
    platform_->clock().advance(std::chrono::milliseconds(9'999));
    EXPECT_EQ(ask("GET", "/v1/models").status, 200) << "the price of remembering";
    platform_->clock().advance(std::chrono::milliseconds(1));
    EXPECT_EQ(ask("GET", "/v1/models").status, 401);
}

TEST_F(Gateway, RemembersForTwoSecondsThatAKeyMeansNothing) {
    EXPECT_EQ(ask("GET", "/v1/models", "carol").status, 401);
    EXPECT_EQ(ask("GET", "/v1/models", "carol").status, 401);
    EXPECT_EQ(auth_->asked, 1);
    auth_->known.insert("carol");
    platform_->clock().advance(std::chrono::seconds(2));
    EXPECT_EQ(ask("GET", "/v1/models", "carol").status, 200);
}

TEST_F(Gateway, TellsATroubledAuthFromAWrongKey) {
    auth_->status = 503;
    const ClientResponse answer = ask("GET", "/v1/models");
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_EQ(*json_of(answer).member("code")->text(), "unavailable");
    auth_->status = 200;
    EXPECT_EQ(ask("GET", "/v1/models").status, 200) << "nothing of it was remembered";
}

TEST_F(Gateway, TakesTheKeyOfAWebSocketFromItsSubprotocols) {
    const auto open = [&](const std::string& protocols, Headers more = {}) {
        Headers headers{{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Protocol", protocols}};
        headers.complete(more);
        return ask("GET", "/v1/stream", "", headers);
    };
    EXPECT_EQ(open("transcript.v1, bearer.ada").body, "transcription GET ada offers transcript.v1");
    EXPECT_EQ(open("bearer.ada").body, "transcription GET ada");
    EXPECT_EQ(open("transcript.v1").status, 401);
    EXPECT_EQ(open("bearer.").status, 401);
    EXPECT_EQ(open("bearer.nobody").status, 401);
    EXPECT_EQ(open("bearer.bob", {{"Authorization", "Bearer ada"}}).body, "transcription GET ada");
    EXPECT_EQ(ask("GET", "/v1/models", "", {{"Sec-WebSocket-Protocol", "bearer.ada"}}).status, 401);
}

TEST_F(Gateway, TakesKeysFromTheHeaderAlone) {
    EXPECT_EQ(ask("GET", "/v1/models?access_token=ada", "").status, 401);
    EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Basic YWRhOg=="}}).status, 401);
    EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Bearer ada"}, {"Authorization", "Bearer bob"}}).status,
              401);
    EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Bearer a\"b"}}).status, 401);
    EXPECT_EQ(ask("GET", "/v1/models", "", {{"Authorization", "Bearer "}}).status, 401);
    EXPECT_EQ(auth_->asked, 0) << "none of these is worth a question";
    EXPECT_EQ(ask("GET", "/v1/models", "", {{"authorization", "bearer  ada"}}).status, 200);
}

TEST_F(Gateway, CountsThePrincipalsRequests) {
    start({{"gateway.requests_a_minute", "2"}});
    platform_->clock().advance(std::chrono::milliseconds(20'500));
    const ClientResponse first = ask("GET", "/v1/models");
    EXPECT_EQ(field(first, "RateLimit-Limit") + " " + field(first, "RateLimit-Remaining"), "2 1");
    EXPECT_EQ(field(first, "RateLimit-Reset"), "40");
    EXPECT_EQ(ask("GET", "/v1/sessions").status, 200);
    const ClientResponse third = ask("GET", "/v1/models");
    EXPECT_EQ(third.status, 429);
    EXPECT_EQ(*json_of(third).member("code")->text(), "rate_limited");
    EXPECT_EQ(field(third, "Retry-After") + " " + field(third, "RateLimit-Remaining"), "40 0");
    EXPECT_EQ(ask("GET", "/v1/models", "bob").status, 200) << "others are not held up";
    platform_->clock().advance(std::chrono::milliseconds(39'500));
    EXPECT_EQ(ask("GET", "/v1/models").status, 200) << "the next minute";
}

TEST_F(Gateway, CountsNamesakesOfTwoTenantsApart) {
    start({{"gateway.requests_a_minute", "1"}});
    EXPECT_EQ(ask("GET", "/v1/models").status, 200);
    EXPECT_EQ(ask("GET", "/v1/models", "other/ada").status, 200);
    EXPECT_EQ(ask("GET", "/v1/models", "other/ada").status, 429);
}

TEST_F(Gateway, CountsTheSameWrongKeyEachTime) {
    start({{"gateway.failed_authentications_a_minute", "3"}});
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask("GET", "/v1/models", "carol").status, 401);
    EXPECT_EQ(ask("GET", "/v1/models", "carol").status, 429);
    EXPECT_EQ(ask("GET", "/v1/models", "carol", {}, "203.0.113.10").status, 401) << "another address";
}

TEST_F(Gateway, AnAddressThatGuessesIsShutOutForTheMinuteButNotFromWhatIsRemembered) {
    start({{"gateway.failed_authentications_a_minute", "3"}});
    EXPECT_EQ(ask("GET", "/v1/models").status, 200);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(ask("GET", "/v1/models", "guess" + std::to_string(i)).status, 401);
    const int asked = auth_->asked;
    const ClientResponse shut_out = ask("GET", "/v1/models", "guess3");
    EXPECT_EQ(shut_out.status, 429);
    EXPECT_EQ(field(shut_out, "Retry-After"), "60");
    EXPECT_EQ(ask("GET", "/v1/models", "bob").status, 429) << "nor is a good key tried";
    EXPECT_EQ(auth_->asked, asked);
    EXPECT_EQ(ask("GET", "/v1/models").status, 200) << "ada was here before";
    EXPECT_EQ(ask("GET", "/v1/models", "bob", {}, "203.0.113.10").status, 200) << "another address";
    platform_->clock().advance(std::chrono::minutes(1));
    EXPECT_EQ(ask("GET", "/v1/models", "bob").status, 200);
}

TEST_F(Gateway, SaysWhatIsWrongWithAPath) {
    const ClientResponse unknown = ask("GET", "/v1/nothing");
    EXPECT_EQ(unknown.status, 404);
    EXPECT_EQ(field(unknown, "Content-Type"), "application/problem+json");
    const ClientResponse wrong_method = ask("PUT", "/v1/sessions");
    EXPECT_EQ(wrong_method.status, 405);
    EXPECT_EQ(field(wrong_method, "Allow"), "GET, HEAD, POST");
    EXPECT_EQ(ask("GET", "/v1/uploads/7").status, 405) << "HEAD alone is there";
    EXPECT_EQ(ask("POST", "/").status, 405);
    EXPECT_EQ(ask("POST", "/internal/authenticate").status, 404) << "what is inside stays inside";
}

TEST_F(Gateway, GivesOpenAisClientsTheErrorThatTheyRead) {
    const base::Json problem = json_of(ask("GET", "/v1/models", "nobody"));
    const base::Json* error = problem.member("error");
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(*error->member("message")->text(), "the key is not valid");
    EXPECT_EQ(*error->member("type")->text(), "authentication_error");
    EXPECT_EQ(*error->member("code")->text(), "unauthenticated");
    EXPECT_EQ(*problem.member("code")->text(), "unauthenticated");
    EXPECT_NE(json_of(ask("PUT", "/v1/audio/transcriptions")).member("error"), nullptr);
    EXPECT_EQ(json_of(ask("GET", "/v1/sessions", "nobody")).member("error"), nullptr);
}

TEST_F(Gateway, DressesEveryAnswerUnlessTheServiceSaidOtherwise) {
    for (const char* target : {"/v1/models", "/v1/nothing", "/", "/healthz"}) {
        const ClientResponse answer = ask("GET", target);
        EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff") << target;
        EXPECT_EQ(field(answer, "Cache-Control"), "no-store") << target;
        EXPECT_EQ(field(answer, "Access-Control-Allow-Origin"), "(none)") << target;
    }
    EXPECT_EQ(field(ask("GET", "/v1/models?own=1"), "Cache-Control"), "max-age=60");
}

TEST_F(Gateway, LetsPagesOfTheNamedOriginsReadAnswers) {
    start({{"gateway.cors_origins", "https://app.example.org"}});
    const Headers ours{{"Origin", "https://app.example.org"}};
    for (const char* key : {"ada", "nobody"}) {
        const ClientResponse answer = ask("GET", "/v1/sessions", key, ours);
        EXPECT_EQ(field(answer, "Access-Control-Allow-Origin"), "https://app.example.org");
        EXPECT_NE(field(answer, "Access-Control-Expose-Headers").find("Upload-Offset"), std::string::npos);
        EXPECT_EQ(field(answer, "Vary"), "Origin");
    }
    const ClientResponse other = ask("GET", "/v1/sessions", "ada", {{"Origin", "https://app.example.org.evil.net"}});
    EXPECT_EQ(field(other, "Access-Control-Allow-Origin"), "(none)");
    EXPECT_EQ(field(other, "Vary"), "Origin") << "or a cache would give one's answer to the other";
}

TEST_F(Gateway, AnswersPreflightsOfKnownRoutesWithoutAKey) {
    start({{"gateway.cors_origins", "*"}});
    const auto preflight = [&](const std::string& target, const std::string& method) {
        return ask("OPTIONS", target, "", {{"Origin", "https://x.org"}, {"Access-Control-Request-Method", method}});
    };
    const ClientResponse patch = preflight("/v1/uploads/7", "PATCH");
    EXPECT_EQ(patch.status, 204);
    EXPECT_EQ(field(patch, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(field(patch, "Access-Control-Allow-Methods"), "DELETE, HEAD, PATCH, POST");
    EXPECT_NE(field(patch, "Access-Control-Allow-Headers").find("Upload-Checksum"), std::string::npos);
    EXPECT_EQ(preflight("/v1/uploads", "POST").status, 204) << "not tus discovery: it names a method";
    EXPECT_EQ(preflight("/v1/nothing", "GET").status, 404);
    EXPECT_EQ(preflight("/v1/uploads/7", "PUT").status, 405);
}

TEST_F(Gateway, TusClientsMayAskWhatTheServerCanDo) {
    EXPECT_EQ(ask("OPTIONS", "/v1/uploads", "").body, "upload OPTIONS nobody");
    EXPECT_EQ(ask("OPTIONS", "/v1/uploads").body, "upload OPTIONS ada");
    EXPECT_EQ(ask("OPTIONS", "/v1/uploads", "wrong").status, 401);
    EXPECT_EQ(ask("OPTIONS", "/v1/sessions").status, 405);
    EXPECT_EQ(ask("OPTIONS", "/v1/sessions", "", {{"Access-Control-Request-Method", "GET"}})
                  .headers.find("Access-Control-Allow-Methods"),
              std::nullopt)
        << "no origin is allowed";
}

TEST_F(Gateway, IsAliveAndSaysWhetherItIsReady) {
    EXPECT_EQ(ask("GET", "/healthz", "").status, 200);
    EXPECT_EQ(ask("GET", "/readyz", "").status, 200);
    ready_ = base::fail(base::ErrorCode::database_busy, "the store does not answer");
    const ClientResponse answer = ask("GET", "/readyz", "");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(*json_of(answer).member("detail")->text(), "not ready: the store does not answer");
    EXPECT_EQ(*json_of(answer).member("code")->text(), "unavailable");
    EXPECT_EQ(*json_of(answer).member("cause")->text(), "database_busy");
    ready_ = base::fail(base::ErrorCode::disk_full, "no room in /srv/secret");
    const ClientResponse full = ask("GET", "/readyz", "");
    EXPECT_EQ(full.status, 503);
    EXPECT_EQ(*json_of(full).member("detail")->text(), "not ready: The disk is full") << "paths stay inside";
    EXPECT_EQ(*json_of(full).member("cause")->text(), "disk_full");
    EXPECT_EQ(ask("GET", "/healthz", "").status, 200) << "alive it is";
}

TEST_F(Gateway, ShowsMetricsToThisMachineAndToThePlatformsAdministrators) {
    EXPECT_EQ(ask("GET", "/metrics", "", {}, "127.0.0.1").body, "m 1\n");
    EXPECT_EQ(ask("GET", "/metrics", "", {}, "::1").status, 200);
    EXPECT_EQ(ask("GET", "/metrics", "", {}, "::ffff:127.0.0.1").status, 200);
    for (const char* elsewhere : {"203.0.113.9", "::ffff:203.0.113.9", "1::1", ""}) {
        EXPECT_EQ(ask("GET", "/metrics", "", {}, elsewhere).status, 401) << elsewhere;
    }
    EXPECT_EQ(ask("GET", "/metrics", "ada").status, 403);
    EXPECT_EQ(ask("GET", "/metrics", "platform").body, "m 1\n");
    start({{"gateway.metrics_open", "false"}});
    EXPECT_EQ(ask("GET", "/metrics", "", {}, "127.0.0.1").status, 401);
}

TEST_F(Gateway, SaysWhatItIs) {
    const base::Json home = json_of(ask("GET", "/", ""));
    EXPECT_EQ(*home.member("name")->text(), "video-transcriber");
    EXPECT_EQ(*home.member("version")->text(), VT_VERSION);
    EXPECT_EQ(*home.member("links")->member("sessions")->text(), "/v1/sessions");
}

}  // namespace
