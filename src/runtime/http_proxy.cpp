#include "runtime/http_connection_private.hpp"
#include "runtime/problem.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using Kind = Framing::Kind;

Framing framing_of(const Request& request) {
    if (check_web_socket(request)) return {Kind::web_socket};
    if (!request.content_length) return {Kind::chunked};
    const bool bodiless = *request.content_length == 0 && (request.method == "GET" || request.method == "HEAD");
    return bodiless ? Framing{} : Framing{Kind::length, *request.content_length};
}

Framing framing_of(const MessageHead& head, const Exchange& exchange) {
    if (head.status == 204 || head.status == 304) return {};
    if (head.content_length) return {Kind::length, *head.content_length};
    return {exchange.http_1_0 ? Kind::until_close : Kind::chunked};
}

// Not what the peer says in its own words: the caller cannot tell it from us.
base::Error told(const base::Error& fault) {
    const bool late = fault.code == ErrorCode::deadline_exceeded;
    return {late ? fault.code : ErrorCode::unavailable,
            late ? "the service did not answer in time" : "the service cannot be reached; try again"};
}

}  // namespace

awaitable<std::optional<Response>> HttpConnection::proxy(Exchange& exchange, const RemoteService& remote,
                                                         const RouteLimits& limits) {
    UpstreamPool& pool = *core_->upstreams;
    const Request& request = exchange.request;
    const auto url = parse_url(remote.url + request.target);
    if (!url)
        co_return problem_response({ErrorCode::internal, "a service's URL is wrong: " + url.error().message},
                                   exchange.context);
    auto opened = co_await over_there(pool, pool.open(*url, exchange.context.deadline, request.method == "POST"));
    if (!opened) co_return problem_response(told(opened.error()), exchange.context);
    const std::shared_ptr<Upstream> upstream = *std::move(opened);
    cut_upstream_ = [&pool, upstream] { asio::post(pool.strand(), [upstream] { upstream->transport->close(); }); };

    const Framing framing = framing_of(request);
    upstream->becomes_web_socket = framing.kind == Kind::web_socket;
    const std::string head =
        request_head(request.method, url->target, url->authority, end_to_end_headers(request.headers), framing);
    auto written = co_await over_there(pool, pool.write(upstream, {head, {}, {}}, write_deadline()));
    std::optional<Response> refusal;
    while (written) {
        const auto chunk = co_await next_chunk(exchange, limits.body_bytes);
        if (!chunk) {
            refusal = problem_response(chunk.error(), exchange.context);
            break;
        }
        const bool chunked = framing.kind == Kind::chunked;
        if (chunk->empty() && !chunked) break;
        const std::string before = chunked && !chunk->empty() ? chunk_head(chunk->size()) : "";
        const std::string_view after = !chunked ? "" : (chunk->empty() ? last_chunk : "\r\n");
        written = co_await over_there(pool, pool.write(upstream, {before, *chunk, after}, write_deadline()));
        if (chunk->empty()) break;
    }
    std::optional<MessageReader<false>> reader;
    bool whole = false;
    if (!refusal) {
        if (exchange.body_bytes > 0) exchange.context.deadline = core_->parts.clock.now() + limits.time;
        // Also when it took the body only in part: it may have answered and closed.
        auto answer = co_await over_there(
            pool, pool.read_head(upstream, reader, request.method == "HEAD", exchange.context.deadline));
        if (answer) {
            Response response{.status = answer->status, .headers = end_to_end_headers(answer->headers)};
            response.headers.complete(exchange.answer_headers);
            const bool is_web_socket = response.status == 101;
            const bool relayed = is_web_socket
                                     ? co_await relay_web_socket(exchange, upstream, response)
                                     : co_await relay_body(exchange, *reader, response, framing_of(*answer, exchange));
            whole = relayed && written && answer->keep_alive;
            if (!relayed) exchange.keep_alive = false;
        } else {
            refusal = problem_response(told(answer.error()), exchange.context);
        }
    }
    cut_upstream_ = nullptr;
    co_await over_there(pool, pool.give_back(upstream, whole));
    co_return refusal;
}

awaitable<bool> HttpConnection::relay_body(Exchange& exchange, MessageReader<false>& reader, const Response& response,
                                           Framing framing) {
    UpstreamPool& pool = *core_->upstreams;
    const HttpLimits& limits = core_->options.limits;
    const bool events = response.headers.find("Content-Type").value_or("").starts_with("text/event-stream");
    exchange.status = response.status;
    if (framing.kind == Kind::until_close || draining_ || !exchange.reader->done()) exchange.keep_alive = false;
    bool open = co_await send_head(exchange, response, framing);
    while (open) {
        const TimePoint deadline = core_->parts.clock.now() + std::max(limits.write_time, limits.heartbeat * 4);
        const auto chunk = co_await over_there(pool, reader.read_body(deadline));
        if (!chunk) co_return false;
        if (chunk->empty()) co_return co_await send_end(exchange.request.method == "HEAD" ? Kind::none : framing.kind);
        open = co_await send_chunk(framing.kind, *chunk);
        if (open && events && draining_) {
            co_await send_end(framing.kind);
            co_return false;
        }
    }
    co_return false;
}

}  // namespace runtime
