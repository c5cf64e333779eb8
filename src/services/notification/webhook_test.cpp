#include <gtest/gtest.h>

#include "runtime/trace.hpp"
#include "services/notification/signature.hpp"
#include "services/notification/test_bench.hpp"

namespace notification {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using runtime::ClientRequest;
using runtime::ClientResponse;

std::string field(const ClientRequest& request, std::string_view name) {
    return std::string(request.headers.find(name).value_or("none"));
}

// What the receiver has to find there.
std::string signature_by(const std::string& secret, const ClientRequest& request) {
    const std::string id = field(request, "webhook-id");
    return sign(secret, {id, std::stoll(field(request, "webhook-timestamp")), request.body}).value();
}

struct Webhooks : testing::Test {
    int patch(const std::string& body) {
        return bench.test
            .call("notification", {.method = "PATCH",
                                   .target = "/v1/webhooks/" + id,
                                   .headers = {{"Content-Type", "application/json"}},
                                   .body = body})
            .status;
    }
    ClientResponse post(const std::string& what) {
        return bench.test.post("notification", "/v1/webhooks/" + id + "/" + what, "{}");
    }
    void answer_in_turn(std::vector<int> statuses) {
        bench.receiver->answer = [statuses, next = std::size_t{0}](const ClientRequest&) mutable {
            return ClientResponse{.status = statuses.at(std::min(next++, statuses.size() - 1)), .body = "why not"};
        };
    }
    std::vector<ClientRequest>& requests() { return bench.receiver->requests; }

    Bench bench{};
    base::Json made = bench.add_webhook();
    std::string id = Bench::text(made, "id");
    std::string secret = Bench::text(made, "secret");
};

TEST_F(Webhooks, AreToldSigned) {
    bench.tell("session.completed", "s1");
    ASSERT_EQ(requests().size(), 1U);
    const ClientRequest& request = requests()[0];
    EXPECT_EQ(request.url, "https://receiver.example/hook");
    EXPECT_EQ(field(request, "webhook-id"), bench.test.events("session.completed")[0].id);
    EXPECT_EQ(field(request, "webhook-signature"), signature_by(secret, request));
    const auto body = base::parse_json(request.body).value();
    EXPECT_EQ(Bench::text(body, "type"), "session.completed");
    EXPECT_EQ(*body.member("data"), base::Json(base::JsonObject{{"session_id", "s1"}}));
    EXPECT_TRUE(runtime::parse_traceparent(field(request, "traceparent")));
    EXPECT_EQ(request.timeout, 15s);
    EXPECT_EQ(bench.story(id), "delivered: 200");
}

TEST_F(Webhooks, ShowTheirSecretOnce) {
    EXPECT_EQ(Bench::text(bench.webhook(id), "secret"), "none");
    const auto create = [&] {
        return bench.test.post("notification", "/v1/webhooks", R"({"url":"https://b.example/"})",
                               {{"Idempotency-Key", "k"}});
    };
    EXPECT_NE(Bench::text(bench.json(create()), "secret"), "none");
    EXPECT_EQ(Bench::text(bench.json(create()), "secret"), "none") << "a repetition finds no secret kept";
}

TEST_F(Webhooks, AreTriedAgainUntilTheySucceed) {
    answer_in_turn({500, 200});
    bench.tell("session.completed", "s1");
    EXPECT_EQ(bench.story(id), "delivered: 500 200");
    ASSERT_EQ(requests().size(), 2U);
    EXPECT_EQ(field(requests()[0], "webhook-id"), field(requests()[1], "webhook-id"));
    EXPECT_EQ(Bench::text((*bench.deliveries(id)[0].member("attempts")->array())[0], "answer"), "why not");
}

TEST_F(Webhooks, FollowNoRedirect) {
    bench.receiver->answer = [](const ClientRequest&) {
        return ClientResponse{.status = 302, .headers = {{"Location", "https://elsewhere.example/"}}};
    };
    bench.emit("session.completed", "s1");
    bench.test.settle(1s);
    EXPECT_EQ(bench.story(id), "pending: 302");
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(Webhooks, AreLeftAloneWhenTheyAreGone) {
    answer_in_turn({410});
    bench.tell("session.completed", "s1");
    EXPECT_EQ(bench.story(id), "failed: 410");
    EXPECT_EQ(Bench::text(bench.webhook(id), "disabled_reason"), "gone");
    bench.tell("session.completed", "s2");
    EXPECT_EQ(requests().size(), 1U);
    EXPECT_EQ(post("test").status, 409);
    EXPECT_EQ(patch(R"({"enabled":true})"), 200);
    EXPECT_EQ(Bench::text(bench.webhook(id), "disabled_reason"), "none");
}

TEST_F(Webhooks, AreDisabledWhenTheyFailForFiveDays) {
    answer_in_turn({500});
    bench.emit("session.completed", "s1");
    for (int i = 0; i < 6; ++i)
        bench.pass(27h);
    EXPECT_EQ(bench.story(id), "failed: 500 500 500 500 500 500");
    EXPECT_EQ(Bench::text(bench.webhook(id), "disabled_reason"), "failing");
}

TEST(Delivery, IsGivenUpAfterTenAttempts) {
    Bench bench(Options{{"notification.disable_after", "60d"}, {"notification.keep", "60d"}});
    const std::string id = Bench::text(bench.add_webhook(), "id");
    bench.receiver->answer = [](const ClientRequest&) { return base::fail(ErrorCode::address_refused, "private"); };
    bench.emit("session.completed", "s1");
    for (int i = 0; i < 14; ++i)
        bench.pass(27h);
    std::string story = "failed:";
    for (int i = 0; i < 10; ++i)
        story += " address_refused";
    EXPECT_EQ(bench.story(id), story);
    EXPECT_EQ(Bench::text(bench.webhook(id), "disabled_reason"), "none");
}

TEST(Delivery, IsForgottenWhenItEndedLongAgo) {
    Bench bench(Options{{"notification.keep", "2h"}});
    const std::string id = Bench::text(bench.add_webhook(), "id");
    const std::string other = Bench::text(bench.add_webhook(), "id");
    bench.receiver->answer = [answers = 0](const ClientRequest&) mutable {
        return ClientResponse{.status = answers++ == 0 ? 200 : 500};
    };
    bench.tell("session.completed", "s1");
    bench.pass(1h);
    EXPECT_EQ(bench.deliveries(id).size() + bench.deliveries(other).size(), 2U);
    bench.pass(2h);
    EXPECT_EQ(bench.deliveries(id).size() + bench.deliveries(other).size(), 1U) << "one is still tried";
}

TEST_F(Webhooks, AreWaitedForAsTheyWish) {
    bench.receiver->answer = [](const ClientRequest&) {
        return ClientResponse{.status = 503, .headers = {{"Retry-After", "600"}}};
    };
    bench.emit("session.completed", "s1");
    bench.pass(1s);
    bench.pass(590s);
    EXPECT_EQ(requests().size(), 1U);
    bench.pass(80s);
    EXPECT_EQ(requests().size(), 2U);
}

TEST_F(Webhooks, ThatHangHoldTwoWorkersAtMost) {
    int under_way = 0;
    int most = 0;
    bench.receiver->answer = [&](const ClientRequest&) -> base::Result<ClientResponse> {
        most = std::max(most, ++under_way);
        // Whatever else the process would do meanwhile.
        for (int i = 0; under_way < 5 && i < 200; ++i)
            bench.test.step();
        --under_way;
        return base::fail(ErrorCode::deadline_exceeded, "no answer in time");
    };
    for (int i = 0; i < 6; ++i)
        bench.emit("transcription.progressed", "s1", std::to_string(i));
    bench.test.settle(30s);
    EXPECT_EQ(most, 2);
    EXPECT_EQ(bench.deliveries(id).size(), 6U);
    bench.receiver->answer = [](const ClientRequest&) { return ClientResponse{.status = 204}; };
    for (int i = 0; i < 5; ++i)
        bench.pass(10min);
    for (const base::Json& delivery : bench.deliveries(id))
        EXPECT_EQ(Bench::text(delivery, "status"), "delivered");
}

TEST_F(Webhooks, SignWithBothSecretsForADay) {
    const std::string fresh = Bench::text(bench.json(post("rotate-secret")), "secret");
    bench.tell("session.completed", "s1");
    const std::string both = signature_by(fresh, requests().at(0)) + " " + signature_by(secret, requests().at(0));
    EXPECT_EQ(field(requests().at(0), "webhook-signature"), both);
    bench.pass(25h);
    bench.tell("session.completed", "s2");
    EXPECT_EQ(field(requests().at(1), "webhook-signature"), signature_by(fresh, requests().at(1)));
}

TEST_F(Webhooks, AreToldWhatTheyAskedFor) {
    EXPECT_EQ(patch(R"({"types":["session.failed"]})"), 200);
    bench.tell("session.completed", "s1");
    EXPECT_TRUE(requests().empty());
    bench.tell("session.failed", "s1");
    EXPECT_EQ(requests().size(), 1U);
    EXPECT_EQ(patch(R"({"enabled":false})"), 200);
    bench.tell("session.failed", "s2");
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(Webhooks, AreTriedByATestEventThatNobodyElseSees) {
    bench.add_webhook();
    Listener listener = bench.listen("/v1/events");
    EXPECT_EQ(post("test").status, 202);
    bench.test.settle();
    bench.look();
    ASSERT_EQ(requests().size(), 1U);
    EXPECT_EQ(Bench::text(base::parse_json(requests()[0].body).value(), "type"), "webhook.test");
    EXPECT_TRUE(listener.read().empty());
}

TEST_F(Webhooks, AreSentAgainWhatTheyLost) {
    bench.tell("session.completed", "s1");
    const std::string delivery = Bench::text(bench.deliveries(id).at(0), "id");
    EXPECT_EQ(post("deliveries/" + delivery + "/replay").status, 202);
    bench.test.settle();
    EXPECT_EQ(bench.story(id), "delivered: 200 200");
    EXPECT_EQ(field(requests().at(0), "webhook-id"), field(requests().at(1), "webhook-id"));
    EXPECT_EQ(post("deliveries/nothing/replay").status, 404);
    const std::string other = Bench::text(bench.add_webhook(), "id");
    EXPECT_EQ(
        bench.test.post("notification", "/v1/webhooks/" + other + "/deliveries/" + delivery + "/replay", "{}").status,
        404);
}

TEST_F(Webhooks, AreSentOnlyTheReplayOnceItBegan) {
    answer_in_turn({500});
    bench.emit("session.completed", "s1");
    bench.test.settle(1s);
    const std::string delivery = Bench::text(bench.deliveries(id).at(0), "id");
    EXPECT_EQ(post("deliveries/" + delivery + "/replay").status, 202);
    bench.test.settle(1s);
    EXPECT_EQ(requests().size(), 2U);
    bench.test.settle(60s);
    EXPECT_EQ(requests().size(), 3U) << "the retry of before the replay sends nothing";
}

TEST_F(Webhooks, StayOnTheTraceOfTheirEvent) {
    const std::string trace = "0af7651916cd43dd8448eb211c80319c";
    const std::string parent = "b7ad6b7169203331";
    {
        const store::Origin origin{.source = "test", .traceparent = "00-" + trace + "-" + parent + "-01"};
        auto transaction = std::move(bench.test.platform().database.tenant("acme", origin).write().value());
        ASSERT_TRUE(transaction.emit({.type = "session.completed", .natural_key = "1", .partition_key = "s1"}));
        ASSERT_TRUE(transaction.commit());
    }
    bench.test.settle();
    const auto sent = runtime::parse_traceparent(field(requests().at(0), "traceparent")).value();
    EXPECT_EQ(sent.trace_id, trace);
    EXPECT_NE(sent.parent_id, parent);
}

TEST_F(Webhooks, GoWithAllThatWasToBeSent) {
    answer_in_turn({500});
    bench.emit("session.completed", "s1");
    bench.test.settle(1s);
    EXPECT_EQ(bench.test.call("notification", {.method = "DELETE", .target = "/v1/webhooks/" + id}).status, 204);
    bench.pass(1h);
    EXPECT_EQ(requests().size(), 1U);
    EXPECT_EQ(bench.test.get("notification", "/v1/webhooks/" + id).status, 404);
}

TEST_F(Webhooks, AreToldOfADeletedSessionToo) {
    answer_in_turn({500, 200});
    bench.emit("session.completed", "s1");
    bench.test.settle(1s);
    bench.tell("session.deleted", "s1");
    bench.pass(1min);
    EXPECT_EQ(requests().size(), 3U) << "the retry outlives the session";
}

TEST_F(Webhooks, BelongToTheirTenantsAdministrators) {
    const runtime::Request get{.target = "/v1/webhooks/" + id};
    EXPECT_EQ(bench.test.call("notification", get, flow::TestPlatform::viewer("acme")).status, 403);
    EXPECT_EQ(bench.test.call("notification", get, flow::TestPlatform::admin("other")).status, 404);
    EXPECT_EQ(bench.test.post("notification", "/v1/webhooks", R"({"url":"http://a.example/"})").status, 400);
    EXPECT_EQ(bench.test.post("notification", "/v1/webhooks", R"({"description":"nowhere"})").status, 400);
}

TEST_F(Webhooks, AreTwentyAtMost) {
    for (int i = 1; i < 20; ++i)
        bench.add_webhook();
    EXPECT_EQ(bench.test.post("notification", "/v1/webhooks", R"({"url":"https://a.example/"})").status, 429);
}

TEST_F(Webhooks, ListTheirDeliveriesPageByPage) {
    for (int i = 0; i < 5; ++i)
        bench.tell("transcription.progressed", "s1", std::to_string(i));
    std::set<std::string> seen;
    std::string target = "/v1/webhooks/" + id + "/deliveries?limit=2";
    for (int page = 0; page < 3; ++page) {
        const auto list = bench.json(bench.test.get("notification", target));
        for (const base::Json& delivery : *list.member("data")->array())
            seen.insert(Bench::text(delivery, "id"));
        target = "/v1/webhooks/" + id + "/deliveries?limit=2&cursor=" + Bench::text(list, "next_cursor");
    }
    EXPECT_EQ(seen.size(), 5U);
}

// Whatever goes wrong, on whatever schedule: each event once in the feed, and at least once at the receiver.
TEST(Property, EveryEventIsToldHoweverOftenItIsRepeated) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Bench bench({}, seed);
        bench.add_webhook();
        base::SeededRandom chance(seed);
        bench.receiver->answer = [&](const ClientRequest&) -> base::Result<ClientResponse> {
            if (chance.below(3) == 0) return base::fail(ErrorCode::unavailable, "no connection");
            return ClientResponse{.status = chance.below(3) == 0 ? 503 : 200};
        };
        bench.test.start_process();
        for (int i = 0; i < 12; ++i) {
            bench.emit("transcription.progressed", "s1", std::to_string(chance.below(8)));
            for (std::uint64_t steps = chance.below(20); steps > 0; --steps)
                bench.test.step();
            if (i == 6) bench.test.crash(0);
        }
        for (int i = 0; i < 8; ++i)
            bench.pass(1h);
        std::set<std::string> wanted;
        for (const model::Event& event : bench.test.events("transcription.progressed"))
            wanted.insert(event.id);
        std::multiset<std::string> fed;
        for (const runtime::SseEvent& event : bench.listen("/v1/events", "0", 1).read())
            fed.insert(Bench::text(base::parse_json(event.data).value(), "id"));
        EXPECT_EQ(fed, std::multiset<std::string>(wanted.begin(), wanted.end())) << "seed " << seed;
        std::set<std::string> delivered;
        for (const ClientRequest& request : bench.receiver->requests)
            delivered.insert(field(request, "webhook-id"));
        EXPECT_EQ(delivered, wanted) << "seed " << seed;
    }
}

}  // namespace
}  // namespace notification
