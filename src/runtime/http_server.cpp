#include "runtime/http_server.hpp"

#include <boost/asio/redirect_error.hpp>

#include "runtime/http_connection_private.hpp"

namespace runtime {
namespace {

using asio::ip::tcp;
using base::ErrorCode;
using base::fail;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::string_view too_many =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

using Core = HttpServer::Core;

base::Result<void> listen(Core& core) {
    error_code fault;
    const auto address = asio::ip::make_address(core.options.address, fault);
    if (fault)
        return fail(ErrorCode::configuration_invalid, core.options.address + " is not a numeric address to listen on");
    const tcp::endpoint endpoint(address, core.options.port);
    const auto failed = [&] {
        const std::string where = core.options.address + ":" + std::to_string(core.options.port);
        return fail(ErrorCode::unavailable,
                    "cannot listen on " + where + ": " + fault.message() + "; choose another with --listen");
    };
    if (core.acceptor.open(endpoint.protocol(), fault); fault) return failed();
    if (core.acceptor.set_option(tcp::acceptor::reuse_address(true), fault); fault) return failed();
    if (core.acceptor.bind(endpoint, fault); fault) return failed();
    if (core.acceptor.listen(asio::socket_base::max_listen_connections, fault); fault) return failed();
    return {};
}

void leave(Core& core, const std::shared_ptr<HttpConnection>& connection) {
    const std::lock_guard lock(core.mutex);
    core.connections.erase(connection);
    core.open_connections.add(-1);
    core.all_gone.notify_all();
}

awaitable<void> live(std::shared_ptr<Core> core, std::shared_ptr<HttpConnection> connection) {
    try {
        co_await connection->run();
    } catch (const std::exception& fault) {
        core->parts.log.write(LogLevel::error, "connection_failed", nullptr,
                              {{"fault", std::string_view(fault.what())}});
    }
    connection->cut();
    leave(*core, connection);
}

void welcome(const std::shared_ptr<Core>& core, const Strand& strand, tcp::socket socket) {
    const std::lock_guard lock(core->mutex);
    if (core->draining || core->connections.size() >= core->options.limits.connections) {
        core->refused_connections.add();
        refuse_socket(std::move(socket), core->tls ? std::string_view() : too_many);
        return;
    }
    const auto connection = std::make_shared<HttpConnection>(core, strand, std::move(socket));
    core->connections.insert(connection);
    core->open_connections.add(1);
    asio::co_spawn(strand, live(core, connection), asio::detached);
}

awaitable<void> accept_all(std::shared_ptr<Core> core) {
    asio::steady_timer pause(core->strand);
    while (core->acceptor.is_open()) {
        error_code fault;
        const Strand strand = asio::make_strand(core->parts.network.state().context);
        tcp::socket socket(strand);
        co_await core->acceptor.async_accept(socket, asio::redirect_error(use_awaitable, fault));
        if (!fault) {
            welcome(core, strand, std::move(socket));
        } else if (fault != asio::error::operation_aborted) {
            // Out of descriptors, or a peer that was gone at once: waiting a little is all that helps.
            core->parts.log.write(LogLevel::warning, "accept_failed", nullptr,
                                  {{"errno", std::int64_t{fault.value()}}});
            pause.expires_after(accept_pause);
            co_await pause.async_wait(asio::redirect_error(use_awaitable, fault));
        }
    }
    const std::lock_guard lock(core->mutex);
    core->accepting = false;
    core->all_gone.notify_all();
}

}  // namespace

HttpServer::Core::Core(HttpServerOptions own_options, HttpServerParts own_parts, TlsContext own_tls)
    : options(std::move(own_options)),
      parts(own_parts),
      tls(std::move(own_tls)),
      upstreams(std::make_shared<UpstreamPool>(
          parts.network, HttpClientOptions{.most_requests = options.limits.connections}, nullptr)),
      strand(asio::make_strand(parts.network.state().context)),
      acceptor(strand),
      requests(parts.metrics.counter({"http_requests_total", "Requests answered", {"service", "route", "status"}})),
      request_seconds(parts.metrics.histogram(
          {"http_request_seconds", "Time from a request's header to its answer's end", {"service", "route"}},
          request_seconds_bounds())),
      refused_connections(
          parts.metrics.counter({"http_connections_refused_total", "Connections over the limit"}).with()),
      open_connections(parts.metrics.gauge({"http_connections", "Open connections"}).with()) {}

HttpServer::HttpServer(std::shared_ptr<Core> core) : core_(std::move(core)) {}

base::Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, HttpServerParts parts) {
    TlsContext tls;
    if (options.tls) {
        auto made = make_tls_context(*options.tls);
        if (!made) return std::unexpected(made.error());
        tls = *std::move(made);
    }
    auto core = std::make_shared<Core>(std::move(options), parts, std::move(tls));
    if (auto listening = listen(*core); !listening) return std::unexpected(listening.error());
    core->accepting = true;
    asio::co_spawn(core->strand, accept_all(core), asio::detached);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::~HttpServer() {
    stop(std::chrono::milliseconds(0));
}

std::uint16_t HttpServer::port() const {
    error_code ignored;
    return core_->acceptor.local_endpoint(ignored).port();
}

std::size_t HttpServer::connections() const {
    const std::lock_guard lock(core_->mutex);
    return core_->connections.size();
}

void HttpServer::stop(std::chrono::milliseconds patience) {
    core_->draining = true;
    asio::post(core_->strand, [core = core_] {
        error_code ignored;
        core->acceptor.close(ignored);
    });
    std::unique_lock lock(core_->mutex);
    const auto gone = [this] { return core_->connections.empty() && !core_->accepting; };
    for (const auto& connection : core_->connections)
        connection->drain();
    if (!core_->all_gone.wait_for(lock, patience, gone)) {
        for (const auto& connection : core_->connections)
            connection->cut();
        core_->all_gone.wait(lock, gone);
    }
    core_->upstreams->stop();
}

}  // namespace runtime
