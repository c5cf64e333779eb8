// Private to the instance: what it is made of, in the order in which it is made.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "app/disk_watch.hpp"
#include "app/instance.hpp"
#include "base/ids.hpp"
#include "flow/runner.hpp"
#include "flow/service.hpp"
#include "runtime/http_server.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/system_random.hpp"
#include "services/auth/auth.hpp"

namespace app {

store::DatabaseConfig store_config(const runtime::Config& config);
bus::Config bus_config(const runtime::Config& config);

/// A service with its own threads.
class HostedService {
  public:
    static base::Result<std::unique_ptr<HostedService>> make(Instance::Parts& parts, const flow::Service& role);
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Lets the mesh reach it. Once.
    void join(runtime::Mesh& mesh);
    base::Result<void> prepare();
    [[nodiscard]] base::Result<void> ready() const;
    void start() { runner_->start(); }
    void drain() { runner_->drain(); }

  private:
    HostedService(Instance::Parts& parts, const flow::Service& role);

    std::string name_;
    runtime::WorkerPool pool_;
    runtime::WorkerPool work_pool_;
    runtime::PoolExecutor executor_;
    runtime::PoolExecutor work_executor_;
    flow::Platform platform_;
    std::unique_ptr<runtime::Router> router_;
    std::unique_ptr<flow::ServiceRunner> runner_;
};

struct Instance::Parts {
    explicit Parts(runtime::Config given);

    /// The data folder, the store, the blobs, the bus, the cache and the mesh.
    base::Result<void> open();
    void start_runners();
    void stop(std::chrono::milliseconds patience);
    [[nodiscard]] base::Result<void> ready() const;
    runtime::HttpServerParts server_parts() { return {network, *mesh, clock, *log, metrics}; }

    runtime::Config config;
    std::string instance_id;
    runtime::SystemClock clock;
    runtime::SystemRandom random;
    base::Ids ids{clock, random};
    std::unique_ptr<runtime::Log> log;
    runtime::Metrics metrics;
    runtime::Signal committed;
    runtime::Network network;
    runtime::WorkerPool pool{{.workers = 2}};  // of the bus and the housekeeping
    runtime::PoolExecutor executor{network, pool};
    std::unique_ptr<runtime::HttpClient> peers;
    auth::Admission admission{clock};
    std::unique_ptr<DiskWatch> disks;
    std::unique_ptr<store::Database> database;
    std::unique_ptr<blob::Blobs> blobs;
    std::unique_ptr<bus::Bus> bus;
    std::unique_ptr<cache::Cache> cache;
    std::unique_ptr<runtime::Mesh> mesh;
    std::map<std::string, std::unique_ptr<HostedService>> services;
    std::unique_ptr<flow::Platform> housekeeping_platform;
    std::unique_ptr<flow::ServiceRunner> housekeeping;
    std::unique_ptr<runtime::Router> probe_router;
    std::unique_ptr<runtime::WorkerPool> probe_pool;
    std::unique_ptr<runtime::HttpServer> inner_door;
    std::unique_ptr<runtime::HttpServer> door;

  private:
    base::Result<void> open_store();
    base::Result<void> open_mesh();
};

}  // namespace app
