#include "flow/runner.hpp"

#include <utility>
#include <vector>

#include "flow/consumer_loop.hpp"
#include "flow/surroundings.hpp"
#include "flow/task_loop.hpp"
#include "flow/work_loop.hpp"

namespace flow {

struct ServiceRunner::Core {
    Core(const Platform& platform, std::string service, Parts given, const RunnerOptions& options);
    void start();
    void drain();
    void wake_all();

    Surroundings surroundings;
    Parts parts;  // the loops hold references into it
    std::vector<std::unique_ptr<ConsumerLoop>> consumers;
    std::vector<std::unique_ptr<WorkLoop>> works;
    std::vector<std::unique_ptr<TaskLoop>> tasks;
    std::mutex mutex;  // of the following
    std::optional<std::uint64_t> listener;
};

ServiceRunner::Core::Core(const Platform& platform, std::string service, Parts given, const RunnerOptions& options)
    : surroundings{platform, std::move(service), options}, parts(std::move(given)) {
    for (const EventHandler& handler : parts.events)
        consumers.push_back(std::make_unique<ConsumerLoop>(surroundings, handler));
    for (const WorkHandler& handler : parts.works)
        works.push_back(std::make_unique<WorkLoop>(surroundings, handler));
    for (const PeriodicTask& task : parts.tasks)
        tasks.push_back(std::make_unique<TaskLoop>(surroundings, task));
    surroundings.work_may_be_there = [this] {
        for (const auto& work : works)
            work->wake();
    };
}

void ServiceRunner::Core::wake_all() {
    surroundings.work_may_be_there();
    for (const auto& task : tasks)
        task->ring();
}

void ServiceRunner::Core::start() {
    for (const auto& consumer : consumers)
        consumer->start();
    for (const auto& work : works)
        work->start();
    for (const auto& task : tasks)
        task->start();
    const std::lock_guard lock(mutex);
    listener = surroundings.platform.committed.listen(surroundings.gate->guard([this] { wake_all(); }));
}

void ServiceRunner::Core::drain() {
    surroundings.gate->close();
    std::optional<std::uint64_t> listening;
    {
        const std::lock_guard lock(mutex);
        listening = std::exchange(listener, std::nullopt);
    }
    if (listening) surroundings.platform.committed.forget(*listening);
    if (surroundings.gate->was_cut()) return;
    for (const auto& consumer : consumers)
        consumer->stop();
    for (const auto& work : works)
        work->stop();
    for (const auto& task : tasks)
        task->stop();
}

ServiceRunner::ServiceRunner(const Platform& platform, std::string service, Parts parts, const RunnerOptions& options)
    : core_(std::make_shared<Core>(platform, std::move(service), std::move(parts), options)) {}

ServiceRunner::~ServiceRunner() {
    core_->drain();
    core_->surroundings.gate->wait();
}

void ServiceRunner::start() {
    core_->start();
}

void ServiceRunner::drain() {
    core_->drain();
}

bool ServiceRunner::idle() const {
    return core_->surroundings.gate->idle();
}

void ServiceRunner::crash() {
    core_->surroundings.gate->cut();
}

const Parts& ServiceRunner::parts() const {
    return core_->parts;
}

}  // namespace flow
