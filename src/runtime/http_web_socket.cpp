#include "runtime/http_connection_private.hpp"
#include "runtime/invoke.hpp"
#include "runtime/web_socket_frames.hpp"
#include "runtime/web_socket_stream_private.hpp"

namespace runtime {
namespace {

constexpr std::chrono::milliseconds longest_goodbye{5'000};
constexpr std::size_t tunnel_bytes = std::size_t{16} * 1024;

// Runs both to their ends. What one of them throws is thrown on when the other, which `stop` ends, has ended too.
awaitable<void> both(Strand strand, awaitable<void> first, awaitable<void> second, std::function<void()> stop) {
    const auto done = std::make_shared<Waker>(strand);
    bool ended = false;
    std::exception_ptr fault;
    asio::co_spawn(strand, std::move(first), [&, done](const std::exception_ptr& thrown) {
        if (thrown) fault = thrown;
        if (thrown) stop();
        ended = true;
        done->wake();
    });
    try {
        co_await std::move(second);
    } catch (...) {
        fault = std::current_exception();
        stop();
    }
    while (!ended)
        co_await done->wait_until(TimePoint::max());
    if (fault) std::rethrow_exception(fault);
}

}  // namespace

// What the two directions of one connection share; lives in serve_web_socket.
struct HttpConnection::OpenWebSocket {
    std::unique_ptr<WebSocketStream> stream;
    std::shared_ptr<WebSocketOutbox> outbox;
    std::unique_ptr<WebSocketHandler> handler;
    std::shared_ptr<Waker> next;  // the handler takes the next message, or wants no more of them
    bool gone = false;            // nothing can be read from the client any more
};

awaitable<bool> HttpConnection::serve_web_socket(Exchange& exchange, Response& response, WebSocket& wanted) {
    const HttpLimits& limits = core_->options.limits;
    exchange.status = 101;
    exchange.keep_alive = false;
    if (!wanted.subprotocol.empty()) response.headers.set("Sec-WebSocket-Protocol", wanted.subprotocol);
    waker_ = std::make_shared<Waker>(strand_);
    OpenWebSocket open{
        .stream = make_web_socket(*transport_, strand_, std::exchange(input_, {}),
                                  {limits.message_bytes, limits.web_socket_idle_time, limits.write_time,
                                   std::min(limits.write_time, longest_goodbye)}),
        .outbox = std::make_shared<WebSocketOutbox>(limits.unread_bytes, [waker = waker_] { waker->wake(); }),
        .handler = {},
        .next = std::make_shared<Waker>(strand_),
        .gone = false};
    std::exception_ptr fault;  // the handler hears of its end all the same
    const bool accepted = co_await open.stream->accept(exchange.request, response.headers);
    if (accepted) {
        co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
            open.handler = guarded_open(wanted, open.outbox);
            return true;
        });
        try {
            co_await both(strand_, read_messages(open), write_messages(open), [this] { cut(); });
        } catch (...) {
            fault = std::current_exception();
        }
    }
    waker_.reset();
    open.outbox->end();
    if (open.handler) co_await end_handler(*open.handler);
    co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
        open.handler.reset();
        wanted = {};
        return true;
    });
    if (fault) std::rethrow_exception(fault);
    co_return false;
}

awaitable<void> HttpConnection::read_messages(OpenWebSocket& open) {
    while (auto message = co_await open.stream->read()) {
        if (open.outbox->closing()) continue;  // the client is being told goodbye
        co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
            guarded_message(*open.handler, *std::move(message), [next = open.next] { next->wake(); }, *open.outbox);
            return true;
        });
        while (!open.outbox->closing() && !co_await open.next->wait_until(TimePoint::max())) {
        }
    }
    open.gone = true;
    open.outbox->end();
    waker_->wake();
}

awaitable<void> HttpConnection::write_messages(OpenWebSocket& open) {
    bool told = false;
    while (!open.gone && !cut_) {
        if (draining_) open.outbox->close(CloseCode::restart, "the service is being restarted; connect again");
        auto next = open.outbox->take();
        if (next.text) {
            if (!co_await open.stream->write(*std::move(next.text))) break;
        } else if (next.closing) {
            open.next->wake();
            co_await open.stream->close(*std::move(next.closing));
            told = true;
            break;
        } else {
            co_await waker_->wait_until(TimePoint::max());
        }
    }
    open.outbox->end();
    open.next->wake();
    if (!told) transport_->close();
}

awaitable<void> HttpConnection::end_handler(WebSocketHandler& handler) {
    const auto ended = std::make_shared<Waker>(strand_);
    co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
        guarded_end(handler, [ended] { ended->wake(); });
        return true;
    });
    while (!co_await ended->wait_until(TimePoint::max())) {
    }
}

// The service's process speaks the protocol; this one hands the bytes on, as fast as the slower side takes them.
awaitable<bool> HttpConnection::relay_web_socket(Exchange& exchange, std::shared_ptr<Upstream> upstream,
                                                 const Response& response) {
    exchange.status = response.status;
    exchange.keep_alive = true;  // not "Connection: close", which would contradict the upgrade
    const bool opened = co_await send_head(exchange, response, {Framing::Kind::web_socket});
    if (!opened) co_return false;
    drain_upstream_ = cut_upstream_;
    if (draining_) drain_upstream_();
    FrameBoundaries frames;
    co_await both(strand_, tunnel_up(exchange, upstream), tunnel_down(upstream, frames), [this] { cut(); });
    drain_upstream_ = nullptr;
    if (!frames.between_frames() || frames.closed() || cut_) co_return false;
    const std::string goodbye =
        draining_ ? close_frame(CloseCode::going_away, "the service is being restarted; connect again")
                  : close_frame(CloseCode::restart, "the service that answered has ended; connect again");
    co_await transport_->write({goodbye, {}, {}}, write_deadline());
    co_return false;
}

awaitable<void> HttpConnection::tunnel_up(Exchange& exchange, std::shared_ptr<Upstream> upstream) {
    UpstreamPool& pool = *core_->upstreams;
    std::string bytes = std::exchange(input_, {});
    while (true) {
        if (bytes.empty()) {
            bytes.resize(tunnel_bytes);
            const IoOutcome read = co_await transport_->read_some(bytes, tunnel_deadline());
            if (read.end != IoEnd::done) break;
            bytes.resize(read.size_bytes);
        }
        exchange.body_bytes += bytes.size();
        const auto written = co_await over_there(pool, pool.write(upstream, {bytes, {}, {}}, write_deadline()));
        if (!written) break;
        bytes.clear();
    }
    cut_upstream_();
}

awaitable<void> HttpConnection::tunnel_down(std::shared_ptr<Upstream> upstream, FrameBoundaries& frames) {
    UpstreamPool& pool = *core_->upstreams;
    while (true) {
        const auto bytes = co_await over_there(pool, pool.read_some(upstream, tunnel_bytes, tunnel_deadline()));
        if (!bytes) break;
        frames.pass(*bytes);
        const IoOutcome written = co_await transport_->write({*bytes, {}, {}}, write_deadline());
        if (written.end != IoEnd::done) break;
    }
    cut_upstream_();
    transport_->stop_watching();  // ends the wait for the client's next bytes
}

// Pings go through in both directions, several in this time.
TimePoint HttpConnection::tunnel_deadline() const {
    return core_->parts.clock.now() + core_->options.limits.web_socket_idle_time * 2;
}

}  // namespace runtime
