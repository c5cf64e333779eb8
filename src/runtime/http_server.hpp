// The HTTP/1.1 server: a coroutine a connection on the network's threads, handlers on their service's workers. A
// connection's requests are answered in order; bodies, answers and event streams flow chunk by chunk as fast as the
// slower side goes.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "runtime/http_client.hpp"
#include "runtime/log.hpp"
#include "runtime/mesh.hpp"
#include "runtime/metrics.hpp"
#include "runtime/network.hpp"
#include "runtime/tls.hpp"

namespace runtime {

struct HttpLimits {
    std::size_t connections = 4096;
    std::uint32_t header_bytes = 32 * 1024;
    std::size_t waiting_body_bytes = std::size_t{256}
                                     << 20U;        // of whole bodies being received, all connections together
    std::chrono::milliseconds idle_time{60'000};    // between two requests
    std::chrono::milliseconds header_time{10'000};  // from the first byte of a header to its last
    std::chrono::milliseconds body_grace{30'000};   // a body must come within this and what its size adds:
    std::uint64_t slowest_body_bytes_a_second = 1024;
    std::chrono::milliseconds write_time{30'000};            // for the client to take the next 64 KiB
    std::chrono::milliseconds heartbeat{15'000};             // between two signs of life on an event stream
    std::size_t message_bytes = std::size_t{256} * 1024;     // of a WebSocket, fragments together
    std::size_t unread_bytes = std::size_t{1} << 20U;        // messages that wait for a WebSocket's client
    std::chrono::milliseconds web_socket_idle_time{30'000};  // without a byte from the client, who is pinged meanwhile
};

struct HttpServerOptions {
    std::string address = "127.0.0.1";  // numeric
    std::uint16_t port = 0;             // 0: any that is free
    std::optional<ServerTls> tls{};
    /// The service of the mesh that answers requests from outside; what they say of the mesh is removed.
    std::string door{};
    /// What every answer carries that does not say otherwise itself, those that the server makes on its own (400, 408,
    /// 413, 431, …) too. Pure; the request is empty where its header could not be read.
    std::function<Headers(const Request&)> answer_headers{};
    /// Whether sealed requests are taken as well, for any local service of the mesh: on inner addresses only.
    bool takes_mesh = false;
    HttpLimits limits{};
};

/// What a server works with; everything must outlive it. The services of the mesh that it serves need pools.
struct HttpServerParts {
    Network& network;
    Mesh& mesh;
    const base::Clock& clock;
    Log& log;
    Metrics& metrics;
};

class HttpServer {
  public:
    /// Listens at once. Errors: configuration_invalid (the address, the certificate), unavailable (the port is taken or
    /// not allowed).
    static base::Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, HttpServerParts parts);
    /// As stop() without any patience.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    /// Drains: refuses new connections, closes idle ones and event streams, lets the requests in progress finish and
    /// closes after each; what still runs after `patience` is cut. Returns when nothing runs any more (a handler that
    /// is at work is always waited for). Any thread but the network's; harmless when repeated.
    void stop(std::chrono::milliseconds patience);
    [[nodiscard]] std::size_t connections() const;

    struct Core;

  private:
    explicit HttpServer(std::shared_ptr<Core> core);
    std::shared_ptr<Core> core_;
};

}  // namespace runtime
