#include "runtime/metrics.hpp"

#include <array>
#include <thread>

#include <gtest/gtest.h>

namespace {

using runtime::Metrics;

TEST(Metrics, WritesThePrometheusText) {
    Metrics metrics;
    metrics.counter({"requests_total", "Requests", {"route", "status"}}).with({"/a\"b\\c\nd", "200"}).add(3);
    metrics.gauge({"in_flight", "Now"}).with().set(1.5);
    metrics.gauge_function({"queue_length", "Waiting"}, [] { return 7.0; });
    constexpr std::array bounds{0.1, 1.0};
    auto& histogram = metrics.histogram({"took_seconds", "Time", {"route"}}, bounds).with({"r"});
    for (const double seconds : {0.05, 0.1, 0.5, 5.0})
        histogram.observe(seconds);
    EXPECT_EQ(metrics.exposition(),
              "# HELP in_flight Now\n# TYPE in_flight gauge\nin_flight 1.5\n"
              "# HELP queue_length Waiting\n# TYPE queue_length gauge\nqueue_length 7\n"
              "# HELP requests_total Requests\n# TYPE requests_total counter\n"
              "requests_total{route=\"/a\\\"b\\\\c\\nd\",status=\"200\"} 3\n"
              "# HELP took_seconds Time\n# TYPE took_seconds histogram\n"
              "took_seconds_bucket{route=\"r\",le=\"0.1\"} 2\ntook_seconds_bucket{route=\"r\",le=\"1\"} 3\n"
              "took_seconds_bucket{route=\"r\",le=\"+Inf\"} 4\ntook_seconds_sum{route=\"r\"} 5.65\n"
              "took_seconds_count{route=\"r\"} 4\n");
}

TEST(Metrics, BoundsTheSeriesOfAFamily) {
    Metrics metrics(2);
    auto& family = metrics.counter({"x_total", "X", {"tenant"}});
    for (int i = 0; i < 1000; ++i)
        family.with({std::to_string(i)}).add();
    family.with({"0"}).add();
    EXPECT_EQ(metrics.exposition(),
              "# HELP x_total X\n# TYPE x_total counter\nx_total{tenant=\"0\"} 2\nx_total{tenant=\"1\"} "
              "1\nx_total{tenant=\"other\"} 998\n");
}

TEST(Metrics, TheSameNameIsTheSameFamily) {
    Metrics metrics;
    metrics.counter({"x_total", "X"}).with().add();
    EXPECT_EQ(metrics.counter({"x_total", "again"}).with().value(), 1);
}

TEST(Metrics, CountsFromManyThreads) {
    Metrics metrics;
    auto& family = metrics.counter({"x_total", "X", {"label"}});
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&family] {
            for (int n = 0; n < 1000; ++n)
                family.with({std::to_string(n % 3)}).add();
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(family.with({"0"}).value() + family.with({"1"}).value() + family.with({"2"}).value(), 4000);
}

}  // namespace
