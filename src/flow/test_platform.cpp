#include "flow/test_platform.hpp"

#include <algorithm>
#include <stdexcept>

#include <stdlib.h>

#include "flow/test_process.hpp"

namespace flow {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view log_option = "log.level";

// In memory where the machine has such a folder: tests do not wait for a disk.
std::filesystem::path make_folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "flow-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return pattern;
}

runtime::LogLevel log_level(Options& options) {
    const auto given = std::ranges::find(options, log_option, &Options::value_type::first);
    if (given == options.end()) return runtime::LogLevel::off;
    const auto level = runtime::parse_log_level(given->second);
    options.erase(given);
    return level.value_or(runtime::LogLevel::debug);
}

runtime::Config read_config(const std::vector<Service>& services, const Options& given,
                            const std::filesystem::path& folder) {
    std::vector<runtime::Option> options = housekeeping_options();
    options.push_back({.name = "data.dir", .default_text = folder.string(), .documentation = "The folder."});
    for (const Service& service : services)
        options.insert(options.end(), service.options.begin(), service.options.end());
    const auto config = runtime::ConfigTable(options).read({.overrides = given});
    if (!config) throw std::runtime_error(config.error().front().message);
    return *config;
}

std::vector<store::Migration> migrations_of(const std::vector<Service>& services) {
    std::vector<store::Migration> migrations;
    for (const Service& service : services)
        migrations.insert(migrations.end(), service.migrations.begin(), service.migrations.end());
    return migrations;
}

}  // namespace

struct TestPlatform::State {
    State(std::vector<Service> services, std::uint64_t seed, Options options, const RunnerOptions& runner_options,
          TestMachines machines)
        : State(std::move(services), seed, runner_options, log_level(options), options, make_folder(),
                std::move(machines)) {}
    ~State() {
        processes.clear();
        std::filesystem::remove_all(world.folder);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    std::size_t start_process() {
        processes.push_back(std::make_unique<TestProcess>(world, processes.size()));
        return processes.size() - 1;
    }
    TestProcess& living() {
        const auto found = std::ranges::find_if(processes, [](const auto& process) { return process->lives(); });
        if (found == processes.end()) throw std::runtime_error("no process lives");
        return **found;
    }
    bool quiet() {
        return std::ranges::all_of(processes,
                                   [](const auto& process) { return !process->lives() || process->quiet(); });
    }

    TestWorld world;
    // Those that crashed stay too: what they hold must not be given back.
    std::vector<std::unique_ptr<TestProcess>> processes;

  private:
    State(std::vector<Service> services, std::uint64_t seed, const RunnerOptions& runner_options,
          runtime::LogLevel level, const Options& options, const std::filesystem::path& folder, TestMachines machines)
        : world{.folder = folder,
                .clock = base::ManualClock(),
                .random = base::SeededRandom(seed),
                .executor = SimExecutor(world.clock, seed),
                .ids = base::Ids(world.clock, world.random),
                .services = std::move(services),
                .migrations = {},
                .config = {},
                .log_level = level,
                .options = runner_options,
                .events = {},
                .faults = {},
                .machines = std::move(machines)} {
        world.config = read_config(world.services, options, folder);
        world.migrations = migrations_of(world.services);
        must(store::migrate(test_database(folder), {.clock = world.clock, .random = world.random}, world.migrations));
        start_process();
    }
};

TestPlatform::TestPlatform(std::vector<Service> services, std::uint64_t seed, Options options,
                           const RunnerOptions& runner_options, TestMachines machines)
    : state_(std::make_unique<State>(std::move(services), seed, std::move(options), runner_options,
                                     std::move(machines))) {}

TestPlatform::~TestPlatform() = default;

const Platform& TestPlatform::platform() const {
    return state_->living().platform();
}

const Platform& TestPlatform::platform(std::size_t process) const {
    return state_->processes.at(process)->platform();
}

base::ManualClock& TestPlatform::clock() {
    return state_->world.clock;
}

TestFaults& TestPlatform::faults() {
    return state_->world.faults;
}

runtime::ClientResponse TestPlatform::call(std::string_view service, runtime::Request request,
                                           const model::Principal& principal) {
    runtime::Mesh& mesh = platform().mesh;
    runtime::Context context = mesh.new_context(request);
    context.principal = model::to_text(principal);
    context.deadline = clock().now() + std::chrono::minutes(1);
    auto answer = mesh.call(service, std::move(request), context);
    if (answer) return *std::move(answer);
    return {.status = base::describe(answer.error().code).http_status,
            .headers = {},
            .body = std::string(base::code_name(answer.error().code)) + ": " + answer.error().message};
}

runtime::ClientResponse TestPlatform::get(std::string_view service, std::string target) {
    return call(service, {.target = std::move(target)});
}

runtime::ClientResponse TestPlatform::post(std::string_view service, std::string target, std::string json_body,
                                           runtime::Headers headers) {
    headers.set("Content-Type", "application/json");
    return call(
        service,
        {.method = "POST", .target = std::move(target), .headers = std::move(headers), .body = std::move(json_body)});
}

void TestPlatform::settle(std::chrono::milliseconds at_most) {
    SimExecutor& executor = state_->world.executor;
    const auto end = clock().now() + at_most;
    executor.run_ready();
    while (!state_->quiet() && executor.advance(end))
        executor.run_ready();
}

bool TestPlatform::step() {
    SimExecutor& executor = state_->world.executor;
    if (executor.run_one()) return true;
    const bool more = !state_->quiet();
    executor.advance(clock().now() + std::chrono::seconds(1));
    return more;
}

void TestPlatform::emit(std::string_view tenant_id, const store::EventDraft& draft, std::string_view source) {
    auto transaction = must(platform().database.tenant(tenant_id, {.source = std::string(source)}).write());
    must(transaction.emit(draft));
    must(transaction.commit());
}

std::vector<model::Event> TestPlatform::events(std::string_view type) {
    std::vector<model::Event> found;
    std::ranges::copy_if(state_->world.events.events, std::back_inserter(found),
                         [&](const model::Event& event) { return type.empty() || event.type == type; });
    return found;
}

std::size_t TestPlatform::start_process() {
    return state_->start_process();
}

void TestPlatform::crash(std::size_t process) {
    state_->processes.at(process)->crash();
}

void TestPlatform::drain(std::size_t process) {
    state_->processes.at(process)->drain();
}

void TestPlatform::freeze(std::size_t process) {
    state_->processes.at(process)->executor().freeze();
}

void TestPlatform::thaw(std::size_t process) {
    state_->processes.at(process)->executor().thaw();
}

model::Principal TestPlatform::admin(std::string_view tenant_id) {
    return {.kind = model::PrincipalKind::user,
            .tenant_id = std::string(tenant_id),
            .id = "admin",
            .roles = {model::Role::admin},
            .scopes = {"*"}};
}

model::Principal TestPlatform::viewer(std::string_view tenant_id, std::string_view id) {
    return {.kind = model::PrincipalKind::user,
            .tenant_id = std::string(tenant_id),
            .id = std::string(id),
            .roles = {model::Role::viewer},
            .scopes = {"*"}};
}

}  // namespace flow
