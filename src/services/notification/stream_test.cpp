#include <gtest/gtest.h>

#include "services/notification/feed.hpp"
#include "services/notification/test_bench.hpp"

namespace notification {
namespace {

using Types = std::vector<std::string>;
using namespace std::chrono_literals;

TEST(SessionEvents, BeginWithAllThatTheFeedHasAndGoOn) {
    Bench bench;
    bench.tell("session.queued", "s1");
    bench.tell("session.queued", "s2");
    bench.tell("segment.ready", "s1");
    Listener listener = bench.listen("/v1/sessions/s1/events");
    EXPECT_EQ(listener.types(), (Types{"session.queued"}));
    EXPECT_EQ(listener.types(), Types{});
    bench.tell("session.completed", "s1");
    EXPECT_EQ(listener.rings(), 1);
    const auto events = listener.read();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].type, "session.completed");
    EXPECT_EQ(events[0].id, "3");
    const auto event = base::parse_json(events[0].data).value();
    EXPECT_EQ(Bench::text(event, "tenant_id"), "acme");
    EXPECT_EQ(*event.member("payload"), base::Json(base::JsonObject{{"session_id", "s1"}}));
    EXPECT_FALSE(listener.ended());
}

TEST(SessionEvents, OfOneWhoCameBackBeginWhereItLeft) {
    Bench bench;
    for (const char* type : {"session.queued", "transcription.started", "session.completed"})
        bench.tell(type, "s1");
    Listener before = bench.listen("/v1/sessions/s1/events");
    const std::string first = before.read(1).front().id;
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events", first).types(),
              (Types{"transcription.started", "session.completed"}));
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events?last_event_id=2").types(), (Types{"session.completed"}));
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events", "x").status(), 400);
}

TEST(SessionEvents, ComeInPiecesThatFit) {
    Bench bench;
    for (int i = 0; i < 5; ++i)
        bench.tell("transcription.progressed", "s1", std::to_string(i));
    Listener listener = bench.listen("/v1/sessions/s1/events");
    EXPECT_EQ(listener.read(1).size(), 5U) << "one a batch, none lost and none twice";
}

TEST(SessionEvents, EndWithTheSession) {
    Bench bench;
    Listener listener = bench.listen("/v1/sessions/s1/events");
    bench.tell("session.completed", "s1");
    EXPECT_EQ(listener.types(), (Types{"session.completed"}));
    EXPECT_FALSE(listener.ended());
    bench.tell("session.deleted", "s1");
    EXPECT_EQ(listener.types(), (Types{"session.deleted"}));
    EXPECT_TRUE(listener.ended());
    EXPECT_EQ(bench.listen("/v1/events", "1").types(), (Types{"session.deleted"})) << "the feed's rows stay";
}

TEST(SessionEvents, EndWithTheRunWhereAsked) {
    Bench bench;
    bench.tell("session.queued", "s1", "1");
    bench.tell("session.failed", "s1", "1");
    bench.tell("session.queued", "s1", "2");
    Listener listener = bench.listen("/v1/sessions/s1/events?until=ended");
    EXPECT_EQ(listener.types(), (Types{"session.queued", "session.failed", "session.queued"})) << "it was tried again";
    EXPECT_FALSE(listener.ended());
    bench.tell("session.completed", "s1", "2");
    EXPECT_EQ(listener.types(), (Types{"session.completed"}));
    EXPECT_TRUE(listener.ended());
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events?until=ended", listener.last_id()).status(), 204);
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events?until=ended", "1").status(), 200);
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events?until=never").status(), 400);
}

// More than one read of the database takes: whether the run went on is not in the rows at hand.
TEST(SessionEvents, EndWithTheRunAfterALongReplayToo) {
    Bench bench;
    bench.tell("session.failed", "s1", "1");
    for (int i = 0; i < 250; ++i)
        bench.emit("transcription.progressed", "s1", std::to_string(i));
    bench.test.settle();
    bench.tell("session.queued", "s1", "2");
    Listener goes_on = bench.listen("/v1/sessions/s1/events?until=ended");
    EXPECT_EQ(goes_on.read().size(), 252U);
    EXPECT_FALSE(goes_on.ended());
}

TEST(SessionEvents, OfAnotherTenantOrNobodyAreNotFound) {
    Bench bench;
    EXPECT_EQ(bench.listen("/v1/sessions/s9/events").status(), 404);
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events", {}, 0, "other").status(), 404);
}

TEST(TenantEvents, BeginNowAndAreTheTenantsOwn) {
    Bench bench;
    bench.tell("session.queued", "s1");
    Listener listener = bench.listen("/v1/events");
    Listener chosen = bench.listen("/v1/events?types=session.failed,export.completed");
    EXPECT_EQ(listener.types(), Types{});
    bench.tell("session.queued", "s2");
    bench.tell("session.failed", "s2");
    bench.tell("session.queued", "x1", "1", "other");
    EXPECT_EQ(listener.types(), (Types{"session.queued", "session.failed"}));
    EXPECT_EQ(chosen.types(), (Types{"session.failed"}));
    EXPECT_EQ(bench.listen("/v1/events?types=segment.ready").status(), 400);
}

TEST(TenantEvents, SayWhenSomethingIsLost) {
    Bench bench(Options{{"notification.keep", "1h"}});
    bench.tell("session.queued", "s1");
    bench.tell("session.completed", "s1");
    bench.pass(2h);
    bench.pass(2min);
    bench.tell("session.queued", "s2");
    EXPECT_EQ(bench.listen("/v1/events", "1").types(), (Types{"reset", "session.queued"}));
    EXPECT_EQ(bench.listen("/v1/events", "2").types(), (Types{"session.queued"})) << "it missed nothing";
    EXPECT_EQ(bench.listen("/v1/events", "99").types(), (Types{"reset"})) << "a number that was never given";
    EXPECT_EQ(bench.listen("/v1/sessions/s1/events").types(), Types{});
}

TEST(Streams, HearAtOnceWhatTheirProcessFed) {
    Bench bench;
    Listener listener = bench.listen("/v1/events");
    const auto fed = [&] {
        auto reading = std::move(bench.test.platform().database.tenant("acme").read().value());
        return feed_ends(reading).value().last_seq;
    };
    for (int i = 1; i <= 8; ++i) {
        bench.emit("transcription.progressed", "s1", std::to_string(i));
        while (fed() < i)
            bench.test.step();
        const auto then = bench.test.clock().now();
        while (listener.rings() < i)
            bench.test.step();
        EXPECT_LE(bench.test.clock().now() - then, 20ms);
    }
}

TEST(Streams, SeeWhatAnotherProcessFed) {
    Bench bench;
    const std::size_t second = bench.test.start_process();
    Listener here = bench.listen("/v1/events", {}, 0);
    Listener there = bench.listen("/v1/events", {}, second);
    bench.tell("session.queued", "s1");
    EXPECT_EQ(here.types(), (Types{"session.queued"}));
    EXPECT_EQ(there.types(), (Types{"session.queued"}));
}

TEST(Streams, ByTheThousandReadTheFeedOnce) {
    Bench bench;
    std::vector<Listener> listeners;
    for (int i = 0; i < 2000; ++i) {
        listeners.push_back(bench.listen("/v1/events"));
        EXPECT_TRUE(listeners.back().read().empty());
    }
    for (int i = 0; i < 3; ++i) {
        bench.tell("transcription.progressed", "s1", std::to_string(i));
        for (Listener& listener : listeners)
            ASSERT_EQ(listener.read().size(), 1U);
    }
    EXPECT_EQ(bench.metric("database"), 0) << "not one of 8,000 reads went to the database";
    EXPECT_EQ(bench.metric("tail"), 8000);
}

TEST(Streams, ThatAreBehindReadTheDatabaseUntilTheyHaveCaughtUp) {
    Bench bench;
    for (int i = 0; i < 3; ++i)
        bench.tell("transcription.progressed", "s1", std::to_string(i));
    Listener listener = bench.listen("/v1/events", "1");
    EXPECT_EQ(listener.read().size(), 2U);
    EXPECT_EQ(bench.metric("database"), 1);
    bench.tell("session.completed", "s1");
    EXPECT_EQ(listener.read().size(), 1U);
    EXPECT_EQ(bench.metric("database"), 1);
}

TEST(Streams, EndAfterAnHourSoThatTheClientShowsItsKeyAgain) {
    Bench bench;
    Listener listener = bench.listen("/v1/events");
    bench.pass(61min);
    EXPECT_TRUE(listener.read().empty());
    EXPECT_TRUE(listener.ended());
}

}  // namespace
}  // namespace notification
