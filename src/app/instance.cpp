#include "app/instance.hpp"

#include <filesystem>
#include <map>
#include <vector>

#include "app/instance_parts.hpp"
#include "app/probes.hpp"
#include "app/roles.hpp"
#include "runtime/address.hpp"

namespace app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;
using base::Result;

runtime::HttpServerOptions door_options(const runtime::Config& config, const std::string& listen) {
    const std::size_t colon = listen.rfind(':');
    runtime::HttpServerOptions options{.address = listen.substr(0, colon),
                                       .port = static_cast<std::uint16_t>(std::stoi(listen.substr(colon + 1)))};
    options.limits.connections = static_cast<std::size_t>(config.integer("server.connections"));
    return options;
}

Result<std::unique_ptr<runtime::HttpServer>> open_door(Instance::Parts& parts) {
    auto options = door_options(parts.config, parts.config.text("server.listen"));
    const std::string certificate = parts.config.text("server.tls_certificate");
    if (!certificate.empty()) options.tls = runtime::ServerTls{certificate, parts.config.text("server.tls_key")};
    const bool is_public = parts.services.contains("gateway");
    options.door = is_public ? "gateway" : "probes";
    if (is_public) options.answer_headers = gateway::answer_headers(parts.config);
    return runtime::HttpServer::start(std::move(options), parts.server_parts());
}

Result<std::unique_ptr<runtime::HttpServer>> open_inner_door(Instance::Parts& parts) {
    const std::string listen = parts.config.text("mesh.listen");
    if (listen.empty()) return nullptr;
    auto options = door_options(parts.config, listen);
    options.door = "probes";
    options.takes_mesh = true;
    return runtime::HttpServer::start(std::move(options), parts.server_parts());
}

// Where each service that does not run here is reached.
Result<void> add_peers(Instance::Parts& parts) {
    for (const std::string& peer : parts.config.list("mesh.peers")) {
        const std::size_t equals = peer.find('=');
        if (equals == std::string::npos)
            return base::fail(
                ErrorCode::configuration_invalid,
                "mesh.peers: \"" + peer + "\" must be SERVICE=URL, such as session=http://127.0.0.1:9001");
        const std::string service = peer.substr(0, equals);
        if (!parts.services.contains(service))
            parts.mesh->add(service, runtime::RemoteService{peer.substr(equals + 1)});
    }
    return {};
}

Result<void> host(Instance::Parts& parts, const std::vector<flow::Service>& roles) {
    for (const flow::Service& role : roles) {
        auto hosted = HostedService::make(parts, role);
        if (!hosted) return std::unexpected(hosted.error());
        const auto name = (*hosted)->name();
        parts.services.emplace(name, std::move(*hosted));
    }
    for (const auto& [name, service] : parts.services)
        service->join(*parts.mesh);
    return add_peers(parts);
}

Result<void> prepare(Instance::Parts& parts) {
    for (const auto& [name, service] : parts.services) {
        if (const auto done = service->prepare(); !done) return done;
    }
    return {};
}

// For a process without the gateway: /healthz, /readyz and /metrics are there all the same.
void add_probes(Instance::Parts& parts, Instance& instance) {
    parts.probe_router = std::make_unique<runtime::Router>(probe_routes(instance));
    parts.probe_pool = std::make_unique<runtime::WorkerPool>(runtime::WorkerLimits{.workers = 1});
    parts.mesh->add("probes", runtime::LocalService{parts.probe_router.get(), parts.probe_pool.get()});
}

Result<void> start_parts(Instance::Parts& parts, Instance& instance) {
    if (auto opened = parts.open(); !opened) return opened;
    const auto roles = select_roles(all_roles(&instance), parts.config.list("server.services"));
    if (!roles) return std::unexpected(roles.error());
    if (auto hosted = host(parts, *roles); !hosted) return hosted;
    add_probes(parts, instance);
    if (auto prepared = prepare(parts); !prepared) return prepared;
    auto inner = open_inner_door(parts);
    if (!inner) return std::unexpected(inner.error());
    parts.inner_door = std::move(*inner);
    auto door = open_door(parts);
    if (!door) return std::unexpected(door.error());
    parts.door = std::move(*door);
    parts.start_runners();
    return {};
}

}  // namespace

Instance::Instance(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Instance::~Instance() {
    stop(std::chrono::milliseconds(0));
}

Result<std::unique_ptr<Instance>> Instance::start(runtime::Config config) {
    std::unique_ptr<Instance> instance(new Instance(std::make_unique<Parts>(std::move(config))));
    if (auto started = start_parts(*instance->parts_, *instance); !started) return std::unexpected(started.error());
    instance->parts_->log->write(runtime::LogLevel::info, "started", nullptr, {});
    return instance;
}

void Instance::stop(std::chrono::milliseconds patience) {
    parts_->stop(patience);
}

std::string Instance::address() const {
    const std::string listen = parts_->config.text("server.listen");
    const std::string scheme = parts_->config.text("server.tls_certificate").empty() ? "http://" : "https://";
    return scheme + listen.substr(0, listen.rfind(':') + 1) + std::to_string(parts_->door->port());
}

Result<void> Instance::ready() const {
    return parts_->ready();
}

std::string Instance::metrics() const {
    return parts_->metrics.exposition();
}

Result<std::shared_ptr<runtime::HttpClient>> Instance::client_to_outside() {
    runtime::HttpClientOptions options;
    if (!parts_->config.boolean("notification.allow_private")) options.guard = runtime::refuse_private_address;
    auto made = runtime::make_http_client(parts_->network, std::move(options));
    if (!made) return std::unexpected(made.error());
    return std::shared_ptr<runtime::HttpClient>(std::move(*made));
}

Result<std::int64_t> migrate(const runtime::Config& config) {
    const runtime::SystemClock clock;
    runtime::SystemRandom random;
    std::error_code fault;
    fs::create_directories(config.text("data.dir"), fault);
    if (fault)
        return base::fail_errno(ErrorCode::output_failed, "cannot make the folder " + config.text("data.dir"),
                                fault.value());
    const auto migrations = all_migrations(all_roles(nullptr));
    return store::migrate(store_config(config), {.clock = clock, .random = random}, migrations);
}

}  // namespace app
