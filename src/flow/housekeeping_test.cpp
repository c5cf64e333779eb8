#include <gtest/gtest.h>

#include "flow/test_service.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

double gauge(TestPlatform& test, const char* name) {
    return test.platform().metrics.gauge({name, ""}).with().value();
}

TEST(Housekeeping, TheRelayKeepsTheOrderAcrossFaultsOfTheBus) {
    TestPlatform test({});
    constexpr int events = 600;  // several batches
    int refused = 0;
    test.faults().publish = [&]() -> base::Result<void> {
        if (++refused % 2 == 0) return {};
        return base::fail(ErrorCode::bus_failed, "no answer");
    };
    for (int i = 0; i < events; ++i)
        test.emit("acme", {.type = "order.placed", .natural_key = std::to_string(1000 + i), .partition_key = "o"});
    test.settle();
    const auto published = test.events();
    ASSERT_EQ(published.size(), static_cast<std::size_t>(events));
    for (int i = 0; i < events; ++i)
        EXPECT_EQ(published[static_cast<std::size_t>(i)].id,
                  model::event_id("acme", "order.placed", std::to_string(1000 + i)));
    EXPECT_GT(refused, 2);
}

TEST(Housekeeping, AnotherProcessRelaysWhenTheFirstHasDied) {
    TestPlatform test({});
    test.settle();
    test.crash(0);
    test.start_process();
    test.emit("acme", {.type = "order.placed", .natural_key = "1", .partition_key = "o"});
    const auto before = test.clock().now();
    test.settle();
    EXPECT_EQ(test.events().size(), 1U);
    EXPECT_LT(test.clock().now() - before, 12s);
}

TEST(Housekeeping, CountsWhatWaits) {
    Toy toy;
    toy.bake = [](auto&, auto&) { return base::fail(ErrorCode::unavailable, "no oven"); };
    TestPlatform test({toy.service()});
    test.faults().publish = []() -> base::Result<void> { return base::fail(ErrorCode::bus_failed, "no answer"); };
    test.emit("acme", {.type = "order.other", .natural_key = "1", .partition_key = "o"});
    auto transaction = must(test.platform().database.tenant("acme").write());
    must(store::add_work(transaction, {.kind = "toy.bake", .subject = "s", .most_attempts = 1000}));
    must(transaction.commit());
    test.settle(10s);
    EXPECT_EQ(gauge(test, "outbox_backlog_events"), 1);
    EXPECT_GT(gauge(test, "outbox_oldest_event_age_seconds"), 4);
    EXPECT_EQ(gauge(test, "queue_length"), 1);
    test.faults().publish = {};
    toy.bake = {};
    test.settle();
    test.clock().advance(6s);
    test.settle();
    EXPECT_EQ(gauge(test, "outbox_backlog_events"), 0);
    EXPECT_EQ(gauge(test, "queue_length"), 0) << "what is gone is not counted on";
}

TEST(Housekeeping, SweepsWhatIsOld) {
    Toy toy;
    TestPlatform test({toy.service()}, 1, {{"housekeeping.published_event_age", "1h"}});
    test.post("toy", "/orders/o1", "{}");
    test.settle();
    const auto rows = [&](const char* table) {
        auto transaction = must(test.platform().database.system(store::SystemCaller::metrics).read());
        return must(transaction.query_one(std::string("select count(*) as n from ") + table))->integer("n");
    };
    EXPECT_EQ(rows("outbox"), 2);
    EXPECT_EQ(rows("work"), 1);
    test.clock().advance(2h);
    test.settle();
    EXPECT_EQ(rows("outbox"), 0);
    EXPECT_EQ(rows("work"), 1) << "its time is another";
    test.clock().advance(9 * 24h);
    test.settle();
    EXPECT_EQ(rows("work"), 0);
    EXPECT_EQ(rows("inbox"), 0);
}

}  // namespace
}  // namespace flow
