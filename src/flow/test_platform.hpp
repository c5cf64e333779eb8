// For tests of services: a whole platform in one thread, on a manual clock, a seeded schedule and a temporary folder.
// The store, the blobs, the bus and the cache are the embedded adapters themselves.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fakes.hpp"
#include "flow/runner.hpp"
#include "flow/service.hpp"
#include "model/principal.hpp"
#include "runtime/http_client.hpp"

namespace blob {
class FileSystem;
}

namespace flow {

/// What is to go wrong; a function that is not set lets all pass.
struct TestFaults {
    std::function<base::Result<void>(std::string_view tenant_id, model::Access)> admit;  // before each transaction
    std::function<base::Result<void>()> publish;                                         // before each publication
};

/// The machines that the processes run on; as it is, all is well with them.
struct TestMachines {
    blob::FileSystem* files = nullptr;  // of the blobs, with their folder as TestPlatform::blob_folder; outlives all
    /// By how much the wall clock of a process is wrong. The store has its own clock, the same for all.
    std::function<std::chrono::milliseconds(std::size_t process)> skew = {};
    bool store_takes_local_clocks = false;  // planted: leases are judged by whoever looks
};

class TestPlatform {
  public:
    static constexpr const char* blob_folder = "/blobs";  // in TestMachines::files

    /// Makes, migrates and starts the services in one process. Options: "section.key" and text; "log.level" (off) too.
    explicit TestPlatform(std::vector<Service> services, std::uint64_t seed = 1,
                          std::vector<std::pair<std::string, std::string>> options = {},
                          const RunnerOptions& runner_options = {}, TestMachines machines = {});
    ~TestPlatform();
    TestPlatform(const TestPlatform&) = delete;
    TestPlatform& operator=(const TestPlatform&) = delete;

    /// What the services of a process were given; of the oldest that lives, when none is named.
    [[nodiscard]] const Platform& platform() const;
    [[nodiscard]] const Platform& platform(std::size_t process) const;
    [[nodiscard]] base::ManualClock& clock();
    /// May be changed at any moment.
    [[nodiscard]] TestFaults& faults();

    /// Asks a service through the mesh as this principal. A call that fails as a whole answers with the status of its
    /// error and "code: message".
    runtime::ClientResponse call(std::string_view service, runtime::Request request,
                                 const model::Principal& principal = admin("acme"));
    runtime::ClientResponse get(std::string_view service, std::string target);
    runtime::ClientResponse post(std::string_view service, std::string target, std::string json_body,
                                 runtime::Headers headers = {});

    /// Runs what is due and moves the clock to what is due next, until nothing happens but polling, or for at most this
    /// long on its clock: events relayed and handled, work done, retries tried. Periodic tasks do not count: move the
    /// clock first to have them run.
    void settle(std::chrono::milliseconds at_most = std::chrono::minutes(10));
    /// One task, or when none may run now, the clock to the next timer: for tests that meddle in between. False when
    /// nothing happens any more but polling (it may be called on).
    bool step();

    /// Emits an event as another service would.
    void emit(std::string_view tenant_id, const store::EventDraft& draft, std::string_view source = "test");
    /// Every event that has gone over the bus, in the order of its topics' records; all types when none is given.
    std::vector<model::Event> events(std::string_view type = {});

    /// One more process of the same services over the same data, on the same clock and schedule. Its number; the first
    /// process has 0.
    std::size_t start_process();
    /// Nothing of the process runs or writes any more, and its leases end only by themselves. May be called from inside
    /// a service's function.
    void crash(std::size_t process = 0);
    /// Ends the process in order.
    void drain(std::size_t process = 0);
    /// Nothing of the process runs until it is thawed, as between SIGSTOP and SIGCONT. settle() wants all thawed.
    void freeze(std::size_t process);
    void thaw(std::size_t process);

    static model::Principal admin(std::string_view tenant_id);
    static model::Principal viewer(std::string_view tenant_id, std::string_view id = "viewer");

    struct State;

  private:
    std::unique_ptr<State> state_;
};

}  // namespace flow
