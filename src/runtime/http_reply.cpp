#include "runtime/http_connection_private.hpp"
#include "runtime/invoke.hpp"
#include "runtime/problem.hpp"

namespace runtime {
namespace {

using Kind = Framing::Kind;

constexpr std::string_view sign_of_life = ":\n\n";
constexpr std::size_t event_batch_bytes = std::size_t{64} * 1024;

bool has_no_body(int status) {
    return status < 200 || status == 204 || status == 304;
}

// Stops listening at the end of its life, whichever way the stream ends.
class Listening {
  public:
    Listening(std::shared_ptr<Signal> signal, const std::shared_ptr<Waker>& waker) : signal_(std::move(signal)) {
        if (signal_) number_ = signal_->listen([waker] { waker->wake(); });
    }
    ~Listening() {
        if (signal_) signal_->forget(number_);
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

  private:
    std::shared_ptr<Signal> signal_;
    std::uint64_t number_ = 0;
};

// Takes a deferred answer from whichever thread has it.
class AnswerSlot {
  public:
    explicit AnswerSlot(std::shared_ptr<Waker> waker) : waker_(std::move(waker)) {}
    void put(Response response) {
        {
            const std::lock_guard lock(mutex_);
            if (response_ || taken_) return;
            response_ = std::move(response);
        }
        waker_->wake();
    }
    std::optional<Response> take() {
        const std::lock_guard lock(mutex_);
        taken_ = response_.has_value();
        return std::exchange(response_, std::nullopt);
    }

  private:
    std::shared_ptr<Waker> waker_;
    std::mutex mutex_;
    std::optional<Response> response_;
    bool taken_ = false;
};

}  // namespace

TimePoint HttpConnection::write_deadline() const {
    return core_->parts.clock.now() + core_->options.limits.write_time;
}

awaitable<bool> HttpConnection::send(Exchange& exchange, Response& response) {
    while (auto* deferred = std::get_if<Deferred>(&response.body))
        response = co_await wait_for(exchange, std::move(*deferred));
    if (draining_) exchange.keep_alive = false;
    exchange.status = response.status;
    response.headers.complete(exchange.answer_headers);
    response.headers.set("X-Correlation-Id", exchange.context.correlation_id);
    if (auto* bytes = std::get_if<std::string>(&response.body))
        co_return co_await send_bytes(exchange, response, *bytes);
    if (auto* stream = std::get_if<Stream>(&response.body)) co_return co_await send_stream(exchange, response, *stream);
    if (auto* socket = std::get_if<WebSocket>(&response.body))
        co_return co_await serve_web_socket(exchange, response, *socket);
    co_return co_await send_events(exchange, response, std::get<Subscription>(response.body));
}

awaitable<bool> HttpConnection::send_head(Exchange& exchange, const Response& response, Framing framing) {
    const std::string head = response_head(response.status, response.headers, framing, exchange.keep_alive);
    const IoOutcome written = co_await transport_->write({head, {}, {}}, write_deadline());
    co_return written.end == IoEnd::done;
}

awaitable<bool> HttpConnection::send_bytes(Exchange& exchange, const Response& response, std::string_view bytes) {
    const bool none = has_no_body(response.status);
    const Framing framing = none ? Framing{} : Framing{Kind::length, bytes.size()};
    const std::string head = response_head(response.status, response.headers, framing, exchange.keep_alive);
    const bool head_only = none || exchange.request.method == "HEAD";
    std::string_view rest = head_only ? std::string_view() : bytes;
    std::string_view first = rest.substr(0, http_chunk_bytes);
    IoOutcome written = co_await transport_->write({head, first, {}}, write_deadline());
    while (written.end == IoEnd::done && rest.size() > first.size()) {
        rest.remove_prefix(first.size());
        first = rest.substr(0, http_chunk_bytes);
        written = co_await transport_->write({first, {}, {}}, write_deadline());
    }
    co_return written.end == IoEnd::done;
}

awaitable<bool> HttpConnection::send_chunk(Kind framing, std::string_view bytes) {
    const bool chunked = framing == Kind::chunked;
    const std::string head = chunked ? chunk_head(bytes.size()) : std::string();
    const std::string_view tail = chunked ? "\r\n" : "";
    const IoOutcome written = co_await transport_->write({head, bytes, tail}, write_deadline());
    co_return written.end == IoEnd::done;
}

awaitable<bool> HttpConnection::send_end(Kind framing) {
    if (framing != Kind::chunked) co_return true;
    const IoOutcome written = co_await transport_->write({last_chunk, {}, {}}, write_deadline());
    co_return written.end == IoEnd::done;
}

awaitable<bool> HttpConnection::send_stream(Exchange& exchange, const Response& response, Stream& stream) {
    Framing framing{exchange.http_1_0 ? Kind::until_close : Kind::chunked};
    if (stream.size_bytes) framing = {Kind::length, *stream.size_bytes};
    if (framing.kind == Kind::until_close) exchange.keep_alive = false;
    const bool head_sent = co_await send_head(exchange, response, framing);
    if (!head_sent || exchange.request.method == "HEAD") co_return head_sent;
    std::vector<std::byte> buffer(http_chunk_bytes);
    std::uint64_t sent_bytes = 0;
    while (true) {
        const auto read =
            co_await run_on(*pool_, strand_, Admission::given, 0, [&] { return guarded_read(*stream.source, buffer); });
        if (!*read) {
            core_->parts.log.write(
                LogLevel::error, "answer_cut", &exchange.context,
                {{"code", base::code_name(read->error().code)}, {"sent_bytes", static_cast<std::int64_t>(sent_bytes)}});
            co_return false;
        }
        const std::size_t size = **read;
        sent_bytes += size;
        const bool wrong_size =
            stream.size_bytes && (size == 0 ? sent_bytes != *stream.size_bytes : sent_bytes > *stream.size_bytes);
        if (wrong_size) co_return false;
        if (size == 0) break;
        const std::string_view bytes(reinterpret_cast<const char*>(buffer.data()), size);
        const bool taken = co_await send_chunk(framing.kind, bytes);
        if (!taken) co_return false;
    }
    co_return co_await send_end(framing.kind);
}

awaitable<bool> HttpConnection::send_events(Exchange& exchange, Response& response, Subscription& subscription) {
    const Kind framing = exchange.http_1_0 ? Kind::until_close : Kind::chunked;
    if (framing == Kind::until_close) exchange.keep_alive = false;
    response.headers.set("Content-Type", "text/event-stream");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("X-Accel-Buffering", "no");
    bool open = co_await send_head(exchange, response, {framing});
    if (!open || exchange.request.method == "HEAD") co_return open;

    const auto waker = waker_ = std::make_shared<Waker>(strand_);
    const Listening listening(subscription.signal, waker);
    const auto gone = watch_for_end();
    const auto heartbeat = core_->options.limits.heartbeat;
    bool last = false;
    bool woken = true;
    while (open && !last && !*gone && !draining_ && !cut_) {
        std::string wire(woken ? "" : sign_of_life);
        bool more = false;
        if (woken) {
            auto batch = co_await run_on(*pool_, strand_, Admission::given, 0,
                                         [&] { return guarded_next(*subscription.source, event_batch_bytes); });
            if (!*batch) {
                core_->parts.log.write(LogLevel::error, "events_cut", &exchange.context,
                                       {{"code", base::code_name(batch->error().code)}});
                open = false;
                break;
            }
            for (const SseEvent& event : (*batch)->events)
                wire += format_sse(event);
            last = (*batch)->last;
            more = (*batch)->more;
        }
        if (!wire.empty()) open = co_await send_chunk(framing, wire);
        if (open && !last && !more) woken = co_await waker->wait_until(core_->parts.clock.now() + heartbeat);
    }
    waker_.reset();
    transport_->stop_watching();
    co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
        subscription.source.reset();
        return true;
    });
    if (!open || *gone) co_return false;
    co_return co_await send_end(framing);
}

// True once the client has gone while an answer is waited for; wakes the waker of this moment.
std::shared_ptr<bool> HttpConnection::watch_for_end() {
    const auto gone = std::make_shared<bool>(cut_);
    transport_->watch([waker = waker_, gone] {
        *gone = true;
        waker->wake();
    });
    return gone;
}

awaitable<Response> HttpConnection::wait_for(Exchange& exchange, Deferred deferred) {
    const auto waker = waker_ = std::make_shared<Waker>(strand_);
    const auto slot = std::make_shared<AnswerSlot>(waker);
    auto failed = co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
        return guarded_start(deferred, [slot](Response late) { slot->put(std::move(late)); }, exchange.context);
    });
    std::optional<Response> answer = *std::move(failed);
    const auto gone = watch_for_end();
    bool in_time = true;
    while (!answer && in_time && !*gone && !cut_) {
        in_time = co_await waker->wait_until(exchange.context.deadline);
        answer = slot->take();
    }
    waker_.reset();
    transport_->stop_watching();
    if (answer) co_return *std::move(answer);
    co_return problem_response({base::ErrorCode::deadline_exceeded, "the answer did not come in time; try again"},
                               exchange.context);
}

}  // namespace runtime
