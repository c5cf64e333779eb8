// HTTP/1.1 requests to others: peers of the mesh, receivers of webhooks. One client has one purpose, with its own
// guard, trust and limits. Redirects are answers like any other; nobody follows them. Connections are kept and used
// again.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "runtime/http.hpp"
#include "runtime/network.hpp"
#include "runtime/tls.hpp"

namespace runtime {

struct ClientRequest {
    std::string method = "GET";
    std::string url{};  // http or https
    Headers headers{};
    std::string body{};
    std::chrono::milliseconds timeout{10'000};  // for everything, from the name to the last byte
    std::size_t most_answer_bytes = std::size_t{1} << 20U;
};

struct ClientResponse {
    int status = 0;
    Headers headers{};
    std::string body{};
};

/// A port, so that tests and simulation can stand in for the network.
class HttpClient {
  public:
    using Completion = std::function<void(base::Result<ClientResponse>)>;
    virtual ~HttpClient() = default;
    /// Answers once, on a thread of the network (hand on what takes long). Any thread. Errors: invalid_argument (the
    /// URL), address_refused (by the guard), unavailable (no connection, TLS not trusted, or it broke),
    /// deadline_exceeded, body_too_large (the answer), request_malformed (the answer is not HTTP), overloaded (too many
    /// requests at once).
    virtual void fetch(ClientRequest request, Completion completion) = 0;
};

/// fetch() for a worker: waits for the answer. Never on a thread of the network.
base::Result<ClientResponse> fetch_and_wait(HttpClient& client, ClientRequest request);

struct HttpClientOptions {
    ClientTls tls{};
    /// Judges each address, numeric, before it is connected to; the connection then goes to that very address, so that
    /// a second answer of the DNS cannot lead elsewhere. Empty: all are fine.
    std::function<base::Result<void>(std::string_view numeric_address)> guard{};
    std::size_t most_requests = 256;  // at once
    std::size_t idle_connections_a_peer = 8;
    std::chrono::milliseconds idle_time{30'000};
    std::uint32_t header_bytes = 64 * 1024;
};

/// `network` must outlive it; its end cuts what still runs, whose completions then get `cancelled`.
/// Errors: configuration_invalid (the trusted certificates).
base::Result<std::unique_ptr<HttpClient>> make_http_client(Network& network, HttpClientOptions options);

}  // namespace runtime
