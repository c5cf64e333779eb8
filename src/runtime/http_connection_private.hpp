// What the server's parts share. Included by .cpp files of this folder only.
#pragma once
#include <atomic>
#include <condition_variable>
#include <set>

#include "runtime/http_server.hpp"
#include "runtime/http_wire.hpp"
#include "runtime/message_reader_private.hpp"
#include "runtime/upstream_private.hpp"

namespace runtime {

class FrameBoundaries;
class HttpConnection;

struct HttpServer::Core : std::enable_shared_from_this<HttpServer::Core> {
    Core(HttpServerOptions own_options, HttpServerParts own_parts, TlsContext own_tls);

    HttpServerOptions options;
    HttpServerParts parts;
    TlsContext tls;
    std::shared_ptr<UpstreamPool> upstreams;  // where forwarded requests go
    Strand strand;                            // of the acceptor
    asio::ip::tcp::acceptor acceptor;
    Family<Counter>& requests;
    Family<Histogram>& request_seconds;
    Counter& refused_connections;
    Gauge& open_connections;

    std::atomic<bool> draining = false;
    std::atomic<std::size_t> body_bytes = 0;  // of whole bodies being received

    std::mutex mutex;
    std::condition_variable all_gone;
    std::set<std::shared_ptr<HttpConnection>> connections;
    bool accepting = false;
};

/// One request and its answer on their way.
struct Exchange {
    Request request{};
    Context context{};
    MessageReader<true>* reader = nullptr;
    TimePoint begun{};
    TimePoint body_begun{};
    std::uint64_t body_bytes = 0;
    bool keep_alive = false;
    bool http_1_0 = false;
    bool expects_continue = false;
    Headers answer_headers{};  // of those who forwarded it
    // For the log and the metrics:
    std::string service{};
    std::string route{"none"};
    int status = 0;
};

/// Room for a whole body among all that are being received; given back at its end.
class BodyRoom {
  public:
    explicit BodyRoom(std::atomic<std::size_t>& taken, std::size_t limit_bytes)
        : taken_(taken), limit_bytes_(limit_bytes) {}
    ~BodyRoom() { taken_ -= size_bytes_; }
    BodyRoom(const BodyRoom&) = delete;
    BodyRoom& operator=(const BodyRoom&) = delete;
    [[nodiscard]] bool take(std::size_t size_bytes) {
        size_bytes_ += size_bytes;
        return taken_.fetch_add(size_bytes) + size_bytes <= limit_bytes_;
    }

  private:
    std::atomic<std::size_t>& taken_;
    std::size_t limit_bytes_;
    std::size_t size_bytes_ = 0;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    HttpConnection(std::shared_ptr<HttpServer::Core> core, Strand strand, asio::ip::tcp::socket socket);
    /// Serves requests until the connection ends. On its strand.
    awaitable<void> run();
    /// No further request; ends what waits for nothing but the client's next request or the service's next event. Any
    /// thread.
    void drain();
    /// Ends every wait on the socket. Any thread.
    void cut();
    [[nodiscard]] const Strand& strand() const { return strand_; }

  private:
    // http_connection.cpp
    awaitable<bool> serve_one();
    base::Result<void> admit(Exchange& exchange, MessageHead head);
    awaitable<void> linger();
    void account(const Exchange& exchange, const std::optional<base::Error>& fault) const;

    // http_dispatch.cpp: through as many services as forward it. Absent: the answer has been sent already (by the
    // proxy).
    awaitable<std::optional<Response>> dispatch(Exchange& exchange);
    base::Result<std::string> find_service(Exchange& exchange, bool& sealed) const;
    awaitable<Opening> open(Exchange& exchange, const Route& route, bool sealed);
    awaitable<Opening> receive_whole(Exchange& exchange, const Route& route, bool sealed);
    awaitable<Response> receive_chunks(Exchange& exchange, const Route& route, std::unique_ptr<BodySink> sink);
    awaitable<base::Result<std::string_view>> next_chunk(Exchange& exchange, std::uint64_t limit_bytes);

    // http_proxy.cpp
    awaitable<std::optional<Response>> proxy(Exchange& exchange, const RemoteService& remote,
                                             const RouteLimits& limits);
    awaitable<bool> relay_body(Exchange& exchange, MessageReader<false>& reader, const Response& response,
                               Framing framing);

    // http_web_socket.cpp
    struct OpenWebSocket;
    awaitable<bool> serve_web_socket(Exchange& exchange, Response& response, WebSocket& wanted);
    awaitable<void> read_messages(OpenWebSocket& open);
    awaitable<void> write_messages(OpenWebSocket& open);
    awaitable<void> end_handler(WebSocketHandler& handler);
    awaitable<bool> relay_web_socket(Exchange& exchange, std::shared_ptr<Upstream> upstream, const Response& response);
    awaitable<void> tunnel_up(Exchange& exchange, std::shared_ptr<Upstream> upstream);
    awaitable<void> tunnel_down(std::shared_ptr<Upstream> upstream, FrameBoundaries& frames);
    [[nodiscard]] TimePoint tunnel_deadline() const;

    // http_reply.cpp: false when the connection is of no more use
    awaitable<bool> send(Exchange& exchange, Response& response);
    awaitable<bool> send_head(Exchange& exchange, const Response& response, Framing framing);
    awaitable<bool> send_bytes(Exchange& exchange, const Response& response, std::string_view bytes);
    awaitable<bool> send_stream(Exchange& exchange, const Response& response, Stream& stream);
    awaitable<bool> send_events(Exchange& exchange, Response& response, Subscription& subscription);
    awaitable<bool> send_chunk(Framing::Kind framing, std::string_view bytes);
    awaitable<bool> send_end(Framing::Kind framing);
    awaitable<Response> wait_for(Exchange& exchange, Deferred deferred);
    std::shared_ptr<bool> watch_for_end();
    [[nodiscard]] TimePoint write_deadline() const;

    std::shared_ptr<HttpServer::Core> core_;
    Strand strand_;
    std::unique_ptr<Transport> transport_;
    std::string input_;
    std::shared_ptr<Waker> waker_;   // of an open event stream, a WebSocket or a deferred answer
    WorkerPool* pool_ = nullptr;     // of the service that answers
    bool between_requests_ = false;  // waits for the next one
    bool draining_ = false;
    bool cut_ = false;
    std::function<void()> cut_upstream_;    // of a proxied request
    std::function<void()> drain_upstream_;  // of one that would not end by itself
};

}  // namespace runtime
