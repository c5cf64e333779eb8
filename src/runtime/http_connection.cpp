#include "runtime/http_connection_private.hpp"
#include "runtime/problem.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::chrono::seconds linger_time{2};
constexpr std::size_t linger_bytes = std::size_t{1} << 20U;

double seconds_since(TimePoint begun, TimePoint now) {
    return std::chrono::duration<double>(now - begun).count();
}

}  // namespace

HttpConnection::HttpConnection(std::shared_ptr<HttpServer::Core> core, Strand strand, asio::ip::tcp::socket socket)
    : core_(std::move(core)), strand_(std::move(strand)), transport_(make_transport(std::move(socket), core_->tls)) {}

awaitable<void> HttpConnection::run() {
    const TimePoint greeted_by = core_->parts.clock.now() + core_->options.limits.header_time;
    const IoOutcome greeted = co_await transport_->handshake({}, greeted_by);
    if (greeted.end != IoEnd::done) co_return;
    bool more = true;
    while (more && !core_->draining)
        more = co_await serve_one();
    co_await linger();
}

awaitable<bool> HttpConnection::serve_one() {
    const HttpLimits& limits = core_->options.limits;
    MessageReader<true> reader(*transport_, input_, limits.header_bytes);
    between_requests_ = input_.empty();
    auto head = co_await reader.read_head(core_->parts.clock.now() + limits.idle_time, limits.header_time);
    between_requests_ = false;
    if (!head && head.error().code == ErrorCode::unavailable) co_return false;

    Exchange exchange{.reader = &reader, .begun = core_->parts.clock.now(), .keep_alive = head.has_value()};
    std::optional<Response> response;
    exchange.context.deadline = TimePoint::max();
    const auto admitted = head ? admit(exchange, *std::move(head)) : std::unexpected(head.error());
    if (core_->options.answer_headers) exchange.answer_headers = core_->options.answer_headers(exchange.request);
    if (exchange.context.correlation_id.empty()) exchange.context = core_->parts.mesh.new_context(exchange.request);
    if (admitted) {
        response = co_await dispatch(exchange);
    } else {
        exchange.keep_alive = false;
        response = problem_response(admitted.error(), exchange.context);
    }
    if (!reader.done()) exchange.keep_alive = false;  // the rest of the body would be taken for the next request
    bool sent = true;
    if (response) sent = co_await send(exchange, *response);
    account(exchange, response ? response->fault : std::nullopt);
    co_return sent&& exchange.keep_alive;
}

base::Result<void> HttpConnection::admit(Exchange& exchange, MessageHead head) {
    exchange.keep_alive = head.keep_alive;
    exchange.http_1_0 = head.http_1_0;
    Request& request = exchange.request;
    request.method = std::move(head.method);
    request.target = std::move(head.target);
    request.headers = std::move(head.headers);
    request.content_length = head.chunked ? std::nullopt : std::optional(head.content_length.value_or(0));
    request.peer_address = transport_->peer_address();
    const auto expect = request.headers.find("Expect");
    if (expect && !same_token(*expect, "100-continue")) {
        return fail(ErrorCode::request_malformed, "the only expectation that can be met is 100-continue");
    }
    exchange.expects_continue = expect.has_value() && !head.http_1_0;
    request.headers.remove("Expect");
    return {};
}

// The peer may still be sending what nobody will read; closing at once would make the kernel drop our last answer.
awaitable<void> HttpConnection::linger() {
    const TimePoint until = core_->parts.clock.now() + linger_time;
    co_await transport_->end_sending(until);
    std::size_t left_bytes = linger_bytes;
    std::array<char, 4096> discarded;
    while (left_bytes >= discarded.size()) {
        const IoOutcome read = co_await transport_->read_some(discarded, until);
        if (read.end != IoEnd::done) break;
        left_bytes -= read.size_bytes;
    }
    transport_->close();
}

void HttpConnection::account(const Exchange& exchange, const std::optional<base::Error>& fault) const {
    const double seconds = seconds_since(exchange.begun, core_->parts.clock.now());
    core_->requests.with({exchange.service, exchange.route, std::to_string(exchange.status)}).add();
    core_->request_seconds.with({exchange.service, exchange.route}).observe(seconds);
    const bool ours = exchange.status >= 500;
    std::vector<LogField> fields{{"service_asked", std::string_view(exchange.service)},
                                 {"method", std::string_view(exchange.request.method)},
                                 {"route", std::string_view(exchange.route)},
                                 {"status", std::int64_t{exchange.status}},
                                 {"seconds", seconds},
                                 {"body_bytes", static_cast<std::int64_t>(exchange.body_bytes)}};
    if (fault) fields.push_back({"code", base::code_name(fault->code)});
    if (fault && ours) fields.push_back({"fault", std::string_view(fault->message)});
    core_->parts.log.write(ours ? LogLevel::error : LogLevel::info, "request", &exchange.context, fields);
}

void HttpConnection::drain() {
    asio::post(strand_, [self = shared_from_this()] {
        self->draining_ = true;
        if (self->between_requests_) self->transport_->close();
        if (self->waker_) self->waker_->wake();
        if (self->drain_upstream_) self->drain_upstream_();
    });
}

void HttpConnection::cut() {
    asio::post(strand_, [self = shared_from_this()] {
        self->cut_ = true;
        self->transport_->close();
        if (self->waker_) self->waker_->wake();
        if (self->cut_upstream_) self->cut_upstream_();
    });
}

}  // namespace runtime
