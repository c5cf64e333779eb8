#include "app/instance_parts.hpp"

#include <algorithm>
#include <filesystem>

#include "app/roles.hpp"
#include "runtime/files.hpp"
#include "runtime/ordered_pool.hpp"

namespace app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;

constexpr std::size_t mesh_key_bytes = 32;

std::size_t work_threads(const flow::Service& role) {
    return role.work_threads == 0 ? 2 * runtime::usable_cores() + 2 : role.work_threads;
}

std::string names(const std::vector<std::string>& services) {
    std::string all;
    for (const std::string& service : services)
        all += (all.empty() ? "" : ",") + service;
    return all;
}

// Where an embedded part lies: as configured, or under its usual name in the data folder.
std::string location(const runtime::Config& config, std::string_view option, std::string_view usual) {
    const std::string configured = config.text(option);
    return configured.empty() ? (fs::path(config.text("data.dir")) / usual).string() : configured;
}

Result<void> make_folder(const fs::path& folder) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault)
        return base::fail_errno(ErrorCode::output_failed, "cannot make the folder " + folder.string(), fault.value());
    return {};
}

// Where anything is kept: the data folder, and what lies elsewhere by configuration.
std::vector<fs::path> kept_folders(const runtime::Config& config) {
    const fs::path data = config.text("data.dir");
    std::vector<fs::path> folders{data};
    const auto add = [&](const fs::path& folder) {
        if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(folder);
    };
    add(fs::path(location(config, "store.location", "store.db")).parent_path());
    add(fs::path(location(config, "bus.location", "bus.db")).parent_path());
    if (!config.text("blob.location").empty()) add(config.text("blob.location"));
    return folders;
}

// So that another process can see whether this service can be reached. The gateway has its own.
void add_sign_of_life(std::vector<runtime::Route>& routes) {
    const auto is_it = [](const runtime::Route& route) { return route.pattern == "/healthz"; };
    if (std::ranges::any_of(routes, is_it)) return;
    routes.push_back(
        {.method = "GET",
         .pattern = "/healthz",
         .handler = [](runtime::Request&,
                       runtime::Context&) { return runtime::bytes_response(200, "text/plain", "alive\n"); },
         .anonymous = true});
}

flow::Platform platform_of(Instance::Parts& parts, base::Executor& executor, base::Executor& work_executor) {
    return {.clock = parts.clock,
            .random = parts.random,
            .ids = parts.ids,
            .executor = executor,
            .work_executor = work_executor,
            .database = *parts.database,
            .blobs = *parts.blobs,
            .bus = *parts.bus,
            .cache = *parts.cache,
            .mesh = *parts.mesh,
            .log = *parts.log,
            .metrics = parts.metrics,
            .config = parts.config,
            .committed = parts.committed,
            .instance_id = parts.instance_id};
}

flow::RunnerOptions runner_options(const runtime::Config& config) {
    return {.lease = config.duration("flow.lease"),
            .look_for_work = config.duration("flow.look_for_work"),
            .task_lease = config.duration("flow.task_lease")};
}

}  // namespace

store::DatabaseConfig store_config(const runtime::Config& config) {
    return {.adapter = config.text("store.adapter"),
            .location = location(config, "store.location", "store.db"),
            .busy_timeout = config.duration("store.busy_timeout"),
            .region = config.text("auth.region")};
}

bus::Config bus_config(const runtime::Config& config) {
    return {.adapter = config.text("bus.adapter"),
            .location = location(config, "bus.location", "bus.db"),
            .partitions = static_cast<std::uint32_t>(config.integer("bus.partitions")),
            .lease = config.duration("bus.lease"),
            .poll_interval = config.duration("bus.poll_interval"),
            .retention = {.age = config.duration("bus.retention")}};
}

HostedService::HostedService(Instance::Parts& parts, const flow::Service& role)
    : name_(role.name),
      pool_({.workers = static_cast<std::size_t>(parts.config.integer("server.workers"))}),
      work_pool_({.workers = work_threads(role), .niceness = role.work_niceness}),
      executor_(parts.network, pool_),
      work_executor_(parts.network, work_pool_),
      platform_(platform_of(parts, executor_, work_executor_)) {}

Result<std::unique_ptr<HostedService>> HostedService::make(Instance::Parts& parts, const flow::Service& role) {
    std::unique_ptr<HostedService> hosted(new HostedService(parts, role));
    auto made = role.make(hosted->platform_);
    if (!made) return std::unexpected(made.error());
    add_sign_of_life(made->routes);
    hosted->router_ = std::make_unique<runtime::Router>(made->routes);
    hosted->runner_ = std::make_unique<flow::ServiceRunner>(hosted->platform_, role.name, std::move(*made),
                                                            runner_options(parts.config));
    return hosted;
}

void HostedService::join(runtime::Mesh& mesh) {
    mesh.add(name_, runtime::LocalService{router_.get(), &pool_});
}

Result<void> HostedService::prepare() {
    const auto& prepare = runner_->parts().prepare;
    return prepare ? prepare() : Result<void>();
}

Result<void> HostedService::ready() const {
    const auto& ready = runner_->parts().ready;
    return ready ? ready() : Result<void>();
}

Instance::Parts::Parts(runtime::Config given)
    : config(std::move(given)), network(static_cast<std::size_t>(config.integer("server.network_threads"))) {
    instance_id = config.text("instance.id");
    if (instance_id.empty()) instance_id = ids.next();
    log = std::make_unique<runtime::Log>(
        runtime::Log::Options{.level = *runtime::parse_log_level(config.text("log.level")),
                              .service = names(config.list("server.services")),
                              .instance = instance_id},
        clock);
}

Result<void> Instance::Parts::open_store() {
    const auto migrations = all_migrations(all_roles(nullptr));
    const store::Surroundings surroundings{
        .clock = clock,
        .random = random,
        .admit = [this](std::string_view tenant, model::Access access) { return admission(tenant, access); },
        .events_committed = [this] { committed.ring(); }};
    if (config.boolean("server.migrate")) {
        const auto migrated = store::migrate(store_config(config), surroundings, migrations);
        if (!migrated) return std::unexpected(migrated.error());
    }
    auto opened = store::Database::open(store_config(config), surroundings, migrations);
    if (!opened) return std::unexpected(opened.error());
    database = std::move(*opened);
    admission.attach(*database);
    return {};
}

Result<void> Instance::Parts::open_mesh() {
    runtime::PrincipalKeys keys = config.list("mesh.keys");
    if (keys.empty()) {
        auto key = runtime::write_file_once(fs::path(config.text("data.dir")) / "mesh.key",
                                            runtime::random_hex(random, mesh_key_bytes));
        if (!key) return std::unexpected(key.error());
        keys.push_back(*key);
    }
    auto client = runtime::make_http_client(network, {});
    if (!client) return std::unexpected(client.error());
    peers = std::move(*client);
    mesh = std::make_unique<runtime::Mesh>(runtime::MeshOptions{.keys = keys}, clock, random, peers.get());
    return {};
}

Result<void> Instance::Parts::open() {
    if (auto made = make_folder(config.text("data.dir")); !made) return made;
    disks = std::make_unique<DiskWatch>(kept_folders(config),
                                        static_cast<std::uint64_t>(config.size_bytes("data.reserve")), clock);
    if (auto opened = open_store(); !opened) return opened;
    auto opened_blobs = blob::open_blobs({config.text("blob.adapter"), location(config, "blob.location", "blobs")},
                                         {.clock = clock, .random = random});
    if (!opened_blobs) return std::unexpected(opened_blobs.error());
    blobs = std::move(*opened_blobs);
    auto opened_bus = bus::open_bus(bus_config(config), {clock, random, executor});
    if (!opened_bus) return std::unexpected(opened_bus.error());
    bus = std::move(*opened_bus);
    auto opened_cache = cache::open_cache({config.text("cache.adapter"), config.size_bytes("cache.capacity")}, clock);
    if (!opened_cache) return std::unexpected(opened_cache.error());
    cache = std::move(*opened_cache);
    return open_mesh();
}

void Instance::Parts::start_runners() {
    housekeeping_platform = std::make_unique<flow::Platform>(platform_of(*this, executor, executor));
    housekeeping = std::make_unique<flow::ServiceRunner>(
        *housekeeping_platform, "housekeeping", flow::housekeeping(*housekeeping_platform), runner_options(config));
    for (const auto& [name, service] : services)
        service->start();
    housekeeping->start();
}

void Instance::Parts::stop(std::chrono::milliseconds patience) {
    if (door) door->stop(patience);
    if (inner_door) inner_door->stop(patience);
    for (const auto& [name, service] : services)
        service->drain();
    if (housekeeping) housekeeping->drain();
    door.reset();
    inner_door.reset();
    housekeeping.reset();
    services.clear();
}

Result<void> Instance::Parts::ready() const {
    if (auto checked = disks->check(); !checked) return checked;
    if (auto checked = database->check(); !checked) return checked;
    if (auto checked = blobs->check(); !checked) return checked;
    if (auto checked = bus->check(); !checked) return checked;
    if (auto checked = cache->check(); !checked) return checked;
    for (const auto& [name, service] : services) {
        if (auto checked = service->ready(); !checked) return checked;
    }
    return {};
}

}  // namespace app
