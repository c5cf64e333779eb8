#include "flow/test_platform.hpp"

#include <gtest/gtest.h>

#include "flow/test_service.hpp"

namespace flow {
namespace {

using namespace std::chrono_literals;

TEST(TestPlatform, CarriesAnOrderFromTheRequestToTheCake) {
    Toy toy;
    TestPlatform test({toy.service()});
    const auto before = test.clock().now();
    EXPECT_EQ(test.post("toy", "/orders/o1", "{}").status, 201);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 0) << "nothing runs by itself";
    test.settle();
    EXPECT_EQ(times(test.platform(), "toy_orders", "o1"), 1);
    EXPECT_EQ(times(test.platform(), "toy_cakes", "o1"), 1);
    ASSERT_EQ(test.events().size(), 2U);
    EXPECT_EQ(test.events("order.placed").size(), 1U);
    const auto baked = test.events("order.baked");
    ASSERT_EQ(baked.size(), 1U);
    EXPECT_EQ(baked[0].source, "toy");
    EXPECT_EQ(baked[0].correlation_id, test.events("order.placed")[0].correlation_id);
    EXPECT_LT(test.clock().now() - before, 1s) << "commits ring: nothing waits to be polled";
}

TEST(TestPlatform, RunsTheSameWayForTheSameSeed) {
    const auto run = [](std::uint64_t seed) {
        Toy toy;
        TestPlatform test({toy.service()}, seed);
        for (int i = 0; i < 10; ++i)
            test.post("toy", "/orders/o" + std::to_string(i), "{}");
        test.settle();
        std::string log;
        for (const model::Event& event : test.events())
            log += model::to_json(event) + "\n";
        return log;
    };
    EXPECT_EQ(run(7), run(7));
    EXPECT_NE(run(7), run(8));
}

TEST(TestPlatform, SettlesForAtMostItsTime) {
    Toy toy;
    toy.bake = [](auto&, auto&) { return base::fail(base::ErrorCode::unavailable, "no oven"); };
    toy.most_attempts = 1'000'000;
    TestPlatform test({toy.service()});
    const auto before = test.clock().now();
    test.post("toy", "/orders/o1", "{}");
    test.settle(30s);
    EXPECT_EQ(test.clock().now() - before, 30s);
}

TEST(TestPlatform, TellsCallsThatFail) {
    TestPlatform test({});
    EXPECT_EQ(test.get("nobody", "/").status, 503);
}

}  // namespace
}  // namespace flow
