// For tests: one process of a TestPlatform, with its own openings of everything.
#pragma once
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "flow/process_executor.hpp"
#include "flow/recording_bus.hpp"
#include "flow/skewed_clock.hpp"
#include "flow/test_platform.hpp"

namespace flow {

/// The value, or an exception that tells the error.
template <class T>
T must(base::Result<T> result) {
    if (!result)
        throw std::runtime_error(std::string(base::code_name(result.error().code)) + ": " + result.error().message);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// What the processes of one test share.
struct TestWorld {
    std::filesystem::path folder;
    base::ManualClock clock;
    base::SeededRandom random;
    SimExecutor executor;
    base::Ids ids;
    std::vector<Service> services;
    std::vector<store::Migration> migrations;
    runtime::Config config;
    runtime::LogLevel log_level;
    RunnerOptions options;
    EventRecord events;
    TestFaults faults;
    TestMachines machines;
};

class TestProcess {
  public:
    /// The world outlives it. Starts every service and the housekeeping.
    TestProcess(TestWorld& world, std::size_t number);
    TestProcess(const TestProcess&) = delete;
    TestProcess& operator=(const TestProcess&) = delete;
    /// Gives back what it holds, unless it has crashed.
    ~TestProcess() = default;

    void crash();
    void drain();
    [[nodiscard]] bool lives() const { return lives_; }
    [[nodiscard]] Platform& platform() { return *platform_; }
    [[nodiscard]] ProcessExecutor& executor() { return executor_; }
    /// Whether no event of its consumers and no work of its workers waits.
    bool quiet();

  private:
    void start(TestWorld& world);
    bool work_waits();
    bool events_wait();

    const SkewedClock clock_;
    ProcessExecutor executor_;
    runtime::Signal committed_;
    runtime::Metrics metrics_;
    runtime::Log log_;
    std::unique_ptr<store::Database> database_;
    std::unique_ptr<blob::Blobs> blobs_;
    std::unique_ptr<bus::Bus> bus_;
    std::unique_ptr<cache::Cache> cache_;
    runtime::Mesh mesh_;
    std::unique_ptr<Platform> platform_;
    std::vector<std::unique_ptr<runtime::Router>> routers_;
    std::vector<std::unique_ptr<ServiceRunner>> runners_;
    bool lives_ = true;
};

store::DatabaseConfig test_database(const std::filesystem::path& folder);

}  // namespace flow
