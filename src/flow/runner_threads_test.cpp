// Runners on real threads: two stacks over one folder, as two processes are.
#include <atomic>
#include <future>
#include <optional>

#include <gtest/gtest.h>

#include "flow/test_service.hpp"
#include "runtime/network.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/system_random.hpp"
#include "runtime/worker_pool.hpp"

namespace flow {
namespace {

using namespace std::chrono_literals;

/// Takes `count` calls to open.
class Countdown {
  public:
    explicit Countdown(int count) : left_(count) {}
    void count() {
        if (--left_ == 0) open_.set_value();
    }
    bool wait() { return open_.get_future().wait_for(120s) == std::future_status::ready; }

  private:
    std::atomic<int> left_;
    std::promise<void> open_;
};

struct Threads {
    runtime::SystemClock clock;
    runtime::SystemRandom random;
    base::Ids ids{clock, random};
    runtime::Network network{1};
    runtime::WorkerPool pool{{.workers = 4}};
    runtime::WorkerPool work_pool{{.workers = 4}};
    runtime::PoolExecutor executor{network, pool};
    runtime::PoolExecutor work_executor{network, work_pool};
};

class Stack {
  public:
    Stack(const std::filesystem::path& folder, Threads& threads, Toy& toy, std::string instance_id)
        : log_({.level = runtime::LogLevel::off}, threads.clock),
          config_(*runtime::ConfigTable(housekeeping_options()).read({})),
          database_(must(store::Database::open(
              test_database(folder),
              {.clock = threads.clock, .random = threads.random, .events_committed = [this] { committed.ring(); }},
              Toy::migrations))),
          blobs_(must(blob::open_blobs({.location = folder / "blobs"}, {threads.clock, threads.random}))),
          bus_(must(bus::open_bus({.location = folder / "bus.db", .partitions = 4},
                                  {threads.clock, threads.random, threads.executor}))),
          cache_(must(cache::open_cache({}, threads.clock))),
          mesh_({.keys = {"key"}}, threads.clock, threads.random, nullptr),
          platform{threads.clock, threads.random, threads.ids, threads.executor, threads.work_executor,
                   *database_,    *blobs_,        *bus_,       *cache_,          mesh_,
                   log_,          metrics_,       config_,     committed,        std::move(instance_id)},
          toy_(std::in_place, platform, "toy", must(toy.service().make(platform)),
               RunnerOptions{.look_for_work = 20ms}),
          housekeeping_(platform, "housekeeping", housekeeping(platform)) {
        toy_->start();
        housekeeping_.start();
    }
    /// A piece is counted after its commit, by the loop that did it: whoever reads the counters waits for that.
    void end_toy() { toy_.reset(); }

    runtime::Signal committed;

  private:
    runtime::Metrics metrics_;
    runtime::Log log_;
    runtime::Config config_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<blob::Blobs> blobs_;
    std::unique_ptr<bus::Bus> bus_;
    std::unique_ptr<cache::Cache> cache_;
    runtime::Mesh mesh_;

  public:
    Platform platform;

  private:
    std::optional<ServiceRunner> toy_;
    ServiceRunner housekeeping_;
};

class RunnerThreads : public testing::Test {
  protected:
    RunnerThreads() {
        std::string pattern = (std::filesystem::temp_directory_path() / "flow-threads-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder");
        folder_ = pattern;
        must(store::migrate(test_database(folder_), {.clock = threads_.clock, .random = threads_.random},
                            Toy::migrations));
    }
    ~RunnerThreads() override { std::filesystem::remove_all(folder_); }
    RunnerThreads(const RunnerThreads&) = delete;
    RunnerThreads& operator=(const RunnerThreads&) = delete;

    static void order(const Platform& platform, int count) {
        for (int i = 0; i < count; ++i) {
            auto transaction = must(platform.database.tenant("acme").write());
            const std::string id = std::to_string(i);
            must(transaction.emit({.type = "order.placed",
                                   .natural_key = id,
                                   .partition_key = id,
                                   .payload = base::JsonObject{{"order_id", id}}}));
            must(transaction.commit());
        }
    }
    static void expect_each_once(const Platform& platform, int count) {
        for (int i = 0; i < count; ++i)
            EXPECT_EQ(times(platform, "toy_cakes", std::to_string(i)), 1) << i;
        const auto counts = must(store::count_work(platform.database.system(store::SystemCaller::metrics)));
        ASSERT_EQ(counts.size(), 1U);
        EXPECT_EQ(counts[0].state, "done");
        EXPECT_EQ(counts[0].count, count);
    }

    std::filesystem::path folder_;
    Threads threads_;
    Toy toy_;
};

// Each order and each cake is a commit with an event, and rings after it.
TEST_F(RunnerThreads, TwoProcessesDoEachPieceOnce) {
    constexpr int pieces = 200;
    Countdown all(2 * pieces);
    Stack one(folder_, threads_, toy_, "one");
    Stack two(folder_, threads_, toy_, "two");
    one.committed.listen([&] { all.count(); });
    two.committed.listen([&] { all.count(); });
    order(one.platform, pieces);
    ASSERT_TRUE(all.wait());
    expect_each_once(one.platform, pieces);
    one.end_toy();
    two.end_toy();
    EXPECT_EQ(metric(one.platform, "work_done_total", "kind", "toy.bake") +
                  metric(two.platform, "work_done_total", "kind", "toy.bake"),
              pieces);
}

TEST_F(RunnerThreads, OneIsDrainedInTheMiddleAndTheOtherGoesOn) {
    constexpr int pieces = 60;
    Countdown some(pieces + 10);
    Countdown all(2 * pieces);
    const auto count = [&] {
        some.count();
        all.count();
    };
    Stack two(folder_, threads_, toy_, "two");
    {
        Stack one(folder_, threads_, toy_, "one");
        one.committed.listen(count);
        two.committed.listen(count);
        order(two.platform, pieces);
        ASSERT_TRUE(some.wait());
    }
    ASSERT_TRUE(all.wait());
    expect_each_once(two.platform, pieces);
}

}  // namespace
}  // namespace flow
