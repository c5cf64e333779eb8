// Consumers of events, through the whole platform.
#include <algorithm>

#include <gtest/gtest.h>

#include "flow/dead_letters.hpp"
#include "flow/test_service.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

class ConsumerTest : public testing::Test {
  protected:
    void order(TestPlatform& test, const std::string& id) {
        ASSERT_EQ(test.post("toy", "/orders/" + id, "{}").status, 201);
    }
    static std::vector<KeptLetter> letters(TestPlatform& test) {
        return must(list_dead_letters(test.platform().bus, 100));
    }
    /// Fails the first so many times.
    void fail_orders(int times, ErrorCode code) {
        toy_.on_order = [this, times, code](auto&, auto&) -> base::Result<void> {
            if (++tries_ > times) return {};
            return base::fail(code, "not now");
        };
    }

    Toy toy_;
    int tries_ = 0;
};

TEST_F(ConsumerTest, TriesAgainWhatMaySucceedLater) {
    fail_orders(5, ErrorCode::unavailable);
    TestPlatform test({toy_.service()});
    order(test, "o1");
    const auto before = test.clock().now();
    test.settle();
    EXPECT_EQ(tries_, 6);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_GT(test.clock().now() - before, 500ms) << "with pauses";
    EXPECT_EQ(metric(test.platform(), "event_retries_total", "consumer", "toy.orders"), 5);
    EXPECT_TRUE(letters(test).empty());
}

TEST_F(ConsumerTest, AFaultUndoesEverything) {
    toy_.on_order = [this](store::Transaction& transaction, auto&) -> base::Result<void> {
        must(Toy::count(transaction, "toy_orders", "from the handler"));
        must(transaction.emit({.type = "order.seen", .natural_key = std::to_string(tries_), .partition_key = "o1"}));
        if (++tries_ == 1) return base::fail(ErrorCode::unavailable, "not now");
        if (tries_ == 2) throw std::runtime_error("an exception is a fault too");
        return {};
    };
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 3);
    EXPECT_EQ(times(test.platform(), "toy_orders", "from the handler"), 1);
    EXPECT_EQ(test.events("order.seen").size(), 1U);
}

TEST_F(ConsumerTest, ARepeatedEventIsPassedOver) {
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    must(test.platform().bus.seek("toy.orders", "order.placed", bus::Beginning()));
    test.clock().advance(10s);
    test.settle();
    for (const auto& lag : must(test.platform().bus.lag("toy.orders")))
        EXPECT_EQ(lag.records(), 0) << "it was read again";
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
}

TEST_F(ConsumerTest, GivesUpAfterTheLastTry) {
    fail_orders(1000, ErrorCode::unavailable);
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 8);
    const auto dead = letters(test);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].consumer, "toy.orders");
    EXPECT_EQ(dead[0].event.type, "order.placed");
    EXPECT_EQ(dead[0].error.code, ErrorCode::unavailable);
    EXPECT_EQ(dead[0].error.message, "not now");
    EXPECT_EQ(dead[0].tries, 8);
    EXPECT_EQ(metric(test.platform(), "dead_letters_total", "consumer", "toy.orders"), 1);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 0);
}

TEST_F(ConsumerTest, GivesUpAtOnceWhatWillNeverSucceed) {
    for (const ErrorCode code : {ErrorCode::conflict, ErrorCode::tenant_moved}) {
        tries_ = 0;
        fail_orders(1000, code);
        TestPlatform test({toy_.service()});
        order(test, "o1");
        test.settle();
        EXPECT_EQ(tries_, 1);
        EXPECT_EQ(letters(test).at(0).error.code, code);
    }
}

TEST_F(ConsumerTest, GivesUpTheEventsOfATenantThatIsNotServed) {
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.faults().admit = [](std::string_view, model::Access) {
        return base::fail(ErrorCode::tenant_suspended, "it has not paid");
    };
    test.settle();
    EXPECT_EQ(letters(test).at(0).error.code, ErrorCode::tenant_suspended);
}

TEST_F(ConsumerTest, WaitsForTheStorageAsLongAsItTakes) {
    TestPlatform test({toy_.service()});
    order(test, "o1");
    const auto repaired = test.clock().now() + 5min;
    test.faults().admit = [&](std::string_view, model::Access) -> base::Result<void> {
        if (test.clock().now() < repaired) return base::fail(ErrorCode::database_failed, "no answer");
        return {};
    };
    const auto lag = [&] {
        return test.platform().metrics.gauge({"consumer_lag_records", "", {"consumer"}}).with({"toy.orders"}).value();
    };
    test.settle(1min);
    EXPECT_EQ(lag(), 1);
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_TRUE(letters(test).empty()) << "the event was not to blame";
    test.settle(10s);
    test.clock().advance(10s);
    test.settle();
    EXPECT_EQ(lag(), 0);
}

TEST_F(ConsumerTest, KeepsTheOrderOfAKeyAndLetsTheOthersGoOn) {
    std::vector<std::string> handled;
    toy_.on_order = [&](auto&, const model::Event& event) -> base::Result<void> {
        const std::string& id = *event.payload.member("order_id")->text();
        if (id == "a1" && ++tries_ < 5) return base::fail(ErrorCode::unavailable, "not now");
        handled.push_back(id);
        return {};
    };
    TestPlatform test({toy_.service()});
    const std::pair<const char*, const char*> orders[] = {{"a1", "a"}, {"a2", "a"}, {"b1", "b"}, {"c1", "c"},
                                                          {"a3", "a"}, {"d1", "d"}, {"e1", "e"}};
    for (const auto& [id, key] : orders) {
        test.emit("acme", {.type = "order.placed",
                           .natural_key = id,
                           .partition_key = key,
                           .payload = base::JsonObject{{"order_id", id}}});
        test.clock().advance(1ms);
    }
    test.settle();
    ASSERT_EQ(handled.size(), 7U);
    const auto place = [&](const char* id) { return std::ranges::find(handled, id) - handled.begin(); };
    EXPECT_LT(place("a1"), place("a2"));
    EXPECT_LT(place("a2"), place("a3"));
    EXPECT_GT(place("a1"), 0) << "another partition did not wait";
}

TEST_F(ConsumerTest, ARecordThatIsNoEventStopsNobody) {
    TestPlatform test({toy_.service()});
    must(test.platform().bus.publish(std::vector<bus::Message>{{"x", "order.placed", "o1", "{\"not\":\"an event\"}"}}));
    order(test, "o1");
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    const auto dead = letters(test);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].event.payload.member("topic")->text()[0], "order.placed") << "it says where it lies";
    EXPECT_EQ(replay(test.platform().bus, dead[0]).error().code, ErrorCode::invalid_argument);
}

TEST_F(ConsumerTest, AReplayIsForItsConsumerAlone) {
    fail_orders(1, ErrorCode::conflict);
    int watched = 0;
    toy_.change = [&](Parts& parts, const Platform&) {
        parts.events.push_back({.consumer = "toy.watch", .types = {"order.placed"}, .handle = [&](auto&, auto&) {
                                    ++watched;
                                    return base::Result<void>();
                                }});
    };
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 0);
    EXPECT_FALSE(letters(test).at(0).replayed);
    EXPECT_TRUE(must(replay(test.platform().bus, letters(test).at(0))));
    EXPECT_FALSE(must(replay(test.platform().bus, letters(test).at(0))));
    EXPECT_TRUE(letters(test).at(0).replayed);
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1) << "once, however often it is replayed";
    EXPECT_EQ(watched, 1);
}

TEST_F(ConsumerTest, AReplayMayFailAndBeReplayedAgain) {
    fail_orders(2, ErrorCode::conflict);
    TestPlatform test({toy_.service()});
    order(test, "o1");
    test.settle();
    must(replay(test.platform().bus, letters(test).at(0)));
    test.settle();
    const auto dead = letters(test);
    ASSERT_EQ(dead.size(), 2U);
    EXPECT_EQ(dead[1].tries, 2);
    must(replay(test.platform().bus, dead[1]));
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    EXPECT_EQ(letters(test).size(), 2U);
}

TEST_F(ConsumerTest, HoldsTheEventWhileItsDeadLetterCannotBeWritten) {
    fail_orders(1000, ErrorCode::conflict);
    TestPlatform test({toy_.service()});
    order(test, "o1");
    int refused = 0;
    test.faults().publish = [&]() -> base::Result<void> {
        if (tries_ == 0 || ++refused > 3) return {};
        return base::fail(ErrorCode::bus_failed, "no answer");
    };
    test.settle();
    EXPECT_EQ(letters(test).size(), 1U);
    EXPECT_EQ(refused, 4);
}

TEST_F(ConsumerTest, AnotherProcessTakesOverFromOneThatDied) {
    TestPlatform test({toy_.service()});
    test.start_process();
    toy_.on_order = [&](auto&, auto&) -> base::Result<void> {
        if (++tries_ == 1) {
            // Whoever handles it dies in the middle of its transaction.
            test.crash(0);
            test.crash(1);
            test.start_process();
        }
        return {};
    };
    order(test, "o1");
    test.settle();
    EXPECT_EQ(tries_, 2);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
}

}  // namespace
}  // namespace flow
