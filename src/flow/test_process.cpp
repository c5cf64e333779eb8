#include "flow/test_process.hpp"

#include "blob/folder_blobs.hpp"
#include "store/relay.hpp"

namespace flow {
namespace {

using store::SystemCaller;

std::unique_ptr<bus::Bus> open_recorded(TestWorld& world) {
    bus::Config config;
    config.location = world.folder / "bus.db";
    config.partitions = 4;
    return std::make_unique<RecordingBus>(must(bus::open_bus(config, {world.clock, world.random, world.executor})),
                                          world.events, world.faults);
}

std::unique_ptr<blob::Blobs> open_blobs_of(TestWorld& world) {
    if (world.machines.files != nullptr) {
        return blob::open_folder_blobs(TestPlatform::blob_folder, {world.clock, world.random}, *world.machines.files);
    }
    return must(blob::open_blobs({.location = world.folder / "blobs"}, {world.clock, world.random}));
}

std::chrono::milliseconds skew_of(const TestWorld& world, std::size_t process) {
    return world.machines.skew ? world.machines.skew(process) : std::chrono::milliseconds(0);
}

std::string name_of(std::size_t process) {
    return "process-" + std::to_string(process);
}

}  // namespace

store::DatabaseConfig test_database(const std::filesystem::path& folder) {
    return {.location = folder / "store.db", .durable = false};
}

TestProcess::TestProcess(TestWorld& world, std::size_t number)
    : clock_(world.clock, skew_of(world, number)),
      executor_(world.executor),
      log_({.level = world.log_level, .service = "test", .instance = name_of(number)}, world.clock),
      database_(must(store::Database::open(
          test_database(world.folder),
          {.clock = world.machines.store_takes_local_clocks ? static_cast<const base::Clock&>(clock_) : world.clock,
           .random = world.random,
           .admit = [&world](std::string_view tenant, model::Access access) -> base::Result<void> {
               if (!world.faults.admit) return {};
               return world.faults.admit(tenant, access);
           },
           .events_committed = [this] { committed_.ring(); }},
          world.migrations))),
      blobs_(open_blobs_of(world)),
      bus_(open_recorded(world)),
      cache_(must(cache::open_cache({}, world.clock))),
      mesh_({.keys = {"the key of every process of a test"}}, world.clock, world.random, nullptr),
      platform_(new Platform{clock_, world.random, world.ids, executor_, executor_, *database_, *blobs_, *bus_, *cache_,
                             mesh_, log_, metrics_, world.config, committed_, name_of(number)}) {
    start(world);
}

void TestProcess::start(TestWorld& world) {
    for (const Service& service : world.services) {
        Parts parts = must(service.make(*platform_));
        routers_.push_back(std::make_unique<runtime::Router>(parts.routes));
        mesh_.add(service.name, runtime::LocalService{routers_.back().get(), nullptr});
        runners_.push_back(std::make_unique<ServiceRunner>(*platform_, service.name, std::move(parts), world.options));
    }
    runners_.push_back(
        std::make_unique<ServiceRunner>(*platform_, "housekeeping", housekeeping(*platform_), world.options));
    for (const auto& runner : runners_) {
        if (runner->parts().prepare) must(runner->parts().prepare());
    }
    for (const auto& runner : runners_)
        runner->start();
}

void TestProcess::crash() {
    lives_ = false;
    executor_.stop();
    for (const auto& runner : runners_)
        runner->crash();
}

void TestProcess::drain() {
    lives_ = false;
    for (const auto& runner : runners_)
        runner->drain();
}

bool TestProcess::quiet() {
    return must(store::outbox_backlog(database_->system(SystemCaller::metrics))).events == 0 && !work_waits() &&
           !events_wait();
}

bool TestProcess::work_waits() {
    const auto counts = must(store::count_open_work(database_->system(SystemCaller::metrics)));
    for (const store::WorkCount& count : counts) {
        for (const auto& runner : runners_) {
            for (const WorkHandler& handler : runner->parts().works) {
                if (handler.kind == count.kind) return true;
            }
        }
    }
    return false;
}

bool TestProcess::events_wait() {
    for (const auto& runner : runners_) {
        for (const EventHandler& handler : runner->parts().events) {
            const auto partitions = must(bus_->lag(handler.consumer));
            for (const bus::PartitionLag& partition : partitions) {
                if (partition.records() > 0) return true;
            }
        }
    }
    return false;
}

}  // namespace flow
