// What a service is: values. A service is a row (Service) that says which options and tables it has and how it is made
// from what it is given (Platform); what comes out (Parts) are its HTTP routes, its handlers of events, its workers and
// its periodic tasks. It starts nothing itself: ServiceRunner (runner.hpp) runs the parts on injected executors, on
// threads in production and on one seeded thread in simulation.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/executor.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "blob/blobs.hpp"
#include "bus/bus.hpp"
#include "cache/cache.hpp"
#include "model/event.hpp"
#include "runtime/config.hpp"
#include "runtime/http_client.hpp"
#include "runtime/log.hpp"
#include "runtime/mesh.hpp"
#include "runtime/metrics.hpp"
#include "runtime/router.hpp"
#include "runtime/sse.hpp"
#include "store/database.hpp"
#include "store/leases.hpp"
#include "store/work.hpp"

namespace flow {

/// What a service is given. Everything outlives it and may be used from any thread.
struct Platform {
    const base::Clock& clock;
    base::Random& random;
    base::Ids& ids;
    base::Executor& executor;       // short tasks: handlers of events, timers, claims, commits
    base::Executor& work_executor;  // long work: what WorkHandler::work does
    store::Database& database;
    blob::Blobs& blobs;
    bus::Bus& bus;  // to look at (lag, seek); only the relay publishes
    cache::Cache& cache;
    runtime::Mesh& mesh;
    runtime::Log& log;
    runtime::Metrics& metrics;
    const runtime::Config& config;
    runtime::Signal& committed;  // rings after a commit of this process that emitted events
    std::string instance_id;     // who this process is, for leases and logs
};

/// Consumes events, at least once each and in any order across topics: the handler does database work only, in a
/// transaction that also remembers the event's id (inbox), so that a repetition is passed over. A fault undoes the
/// transaction; a retryable one is tried again with backoff, after the last try (at once when it is not retryable) the
/// event goes to the topic "dead_letter" with its error.
struct EventHandler {
    std::string consumer;  // the consumer group, unique in the platform: "session.runs"
    std::vector<std::string> types;
    std::function<base::Result<void>(store::Transaction&, const model::Event&)> handle;
};

/// What a worker may ask while it works.
class WorkLease {
  public:
    virtual ~WorkLease() = default;
    /// Once true, the work is somebody else's, was cancelled, or the process is to stop: end soon; nothing of it will
    /// be committed. The same atomic flag serves engines that take a stop flag.
    [[nodiscard]] virtual const std::atomic<bool>& lost() const = 0;
};

/// What the work has found out, to be written in the tenant's transaction that also completes the claim. Called once
/// at most.
using CommitWork = std::function<base::Result<void>(store::Transaction&)>;

/// Does leased work of one kind (store/work.hpp): claim, work without a transaction, commit against the fencing token.
/// A heartbeat holds the lease meanwhile. A retryable fault is tried again with exponential backoff and jitter; one
/// that is not, or the last attempt, ends in `gave_up`.
struct WorkHandler {
    std::string kind;        // unique in the platform: "transcription.segment"
    std::string capability;  // work that requires another one is left alone; empty: takes only work without requirement
    std::size_t at_once = 1;  // in this process
    std::function<base::Result<CommitWork>(const store::Claim&, const WorkLease&)> work;
    /// Tells the service's own tables that this work will never be done, once, in a transaction of the tenant.
    std::function<base::Result<void>(store::Transaction&, const store::Claim&, const base::Error&)> gave_up;
    std::chrono::milliseconds first_retry{500};
    std::chrono::milliseconds longest_retry{60'000};
};

/// Runs again and again, the given time after its last end. `alone`: in one process of the installation at a time,
/// under the named lease of this name (check it with store::check_lease where it writes across tenants).
struct PeriodicTask {
    std::string name;
    std::chrono::milliseconds every{1000};
    bool alone = false;
    bool on_commit = false;  // also soon after Platform::committed rings
    /// The lease when `alone`, else null. Returns whether there is more to do at once.
    std::function<base::Result<bool>(const store::NamedLease*)> run;
};

struct Parts {
    std::vector<runtime::Route> routes;
    std::vector<EventHandler> events;
    std::vector<WorkHandler> works;
    std::vector<PeriodicTask> tasks;
    /// Whether it can serve (for /readyz): beside store, blobs, bus and cache, which the platform checks itself.
    std::function<base::Result<void>()> ready;
    /// Runs once before anything else, when tables are there (the first tenant, say).
    std::function<base::Result<void>()> prepare;
};

/// A row of the role table (app/roles.cpp).
struct Service {
    std::string name;  // as --services and the mesh say it
    std::vector<runtime::Option> options;
    std::vector<store::Migration> migrations;
    std::function<base::Result<Parts>(const Platform&)> make;
    std::size_t work_threads = 2;  // of Platform::work_executor; 0: two a core, and two more
    int work_niceness = 0;         // makes long work give way to requests (runtime::Threads)
};

}  // namespace flow
