// Two processes over the same data, one of which dies again and again at a moment that the seed decides: between tasks,
// in the middle of a handler's transaction, of work, of a commit, right after a commit, or while the relay publishes.
#include <gtest/gtest.h>

#include "flow/dead_letters.hpp"
#include "flow/test_service.hpp"

namespace flow {
namespace {

using namespace std::chrono_literals;

class CrashTest : public testing::TestWithParam<std::uint64_t> {
  protected:
    CrashTest() {
        toy_.most_attempts = 100;
        toy_.on_order = [this](auto&, auto&) { return perhaps_die(); };
        toy_.bake = [this](auto&, auto&) { return perhaps_die(); };
        toy_.on_commit = [this](auto&) { return perhaps_die(); };
        test_.faults().publish = [this] { return perhaps_die(); };
        listen(0);
        listen(test_.start_process());
    }

    void listen(std::size_t process) {
        alive_.push_back(process);
        test_.platform(process).committed.listen([this] { static_cast<void>(perhaps_die()); });
    }
    /// One process in about thirty calls, whether it is the one that calls or not.
    base::Result<void> perhaps_die() {
        if (crashes_left_ == 0 || chance_.below(30) != 0) return {};
        --crashes_left_;
        const std::size_t victim = chance_.below(alive_.size());
        test_.crash(alive_[victim]);
        alive_.erase(alive_.begin() + static_cast<std::ptrdiff_t>(victim));
        births_ += 1;
        return {};
    }
    /// Outside of everything, so that the new one does not run inside the old one.
    void replace_the_dead() {
        for (; births_ > 0; --births_)
            listen(test_.start_process());
    }
    void run_to_the_end() {
        bool more = true;
        for (int steps = 0; more || births_ > 0; ++steps) {
            ASSERT_LT(steps, 500'000) << "it is stuck";
            replace_the_dead();
            static_cast<void>(perhaps_die_between_tasks());
            more = test_.step();
        }
    }
    base::Result<void> perhaps_die_between_tasks() {
        return chance_.below(100) == 0 ? perhaps_die() : base::Result<void>();
    }

    base::SeededRandom chance_{GetParam()};
    int crashes_left_ = 8;
    int births_ = 0;
    std::vector<std::size_t> alive_;
    Toy toy_;
    TestPlatform test_{{toy_.service()}, GetParam()};
};

TEST_P(CrashTest, NothingIsLostOrDoubled) {
    constexpr int orders = 30;
    for (int i = 0; i < orders; ++i) {
        replace_the_dead();
        test_.emit("acme", {.type = "order.placed",
                            .natural_key = std::to_string(i),
                            .partition_key = std::to_string(i % 7),
                            .payload = base::JsonObject{{"order_id", std::to_string(i)}}});
        for (int steps = 0; steps < 20; ++steps)
            test_.step();
    }
    run_to_the_end();
    replace_the_dead();
    EXPECT_LT(crashes_left_, 8) << "nobody died";
    for (int i = 0; i < orders; ++i)
        EXPECT_EQ(times(test_.platform(), "toy_cakes", std::to_string(i)), 1) << "seed " << GetParam() << ", " << i;
    EXPECT_EQ(test_.events("order.baked").size(), static_cast<std::size_t>(orders));
    EXPECT_TRUE(must(list_dead_letters(test_.platform().bus, 10)).empty());
    const auto counts = must(store::count_work(test_.platform().database.system(store::SystemCaller::metrics)));
    ASSERT_EQ(counts.size(), 1U);
    EXPECT_EQ(counts[0].count, orders) << "one piece of work an order";
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, testing::Range<std::uint64_t>(1, 51));

}  // namespace
}  // namespace flow
