#include "runtime/http_connection_private.hpp"
#include "runtime/invoke.hpp"
#include "runtime/problem.hpp"

namespace runtime {
namespace {

using base::ErrorCode;
using base::fail;

constexpr int most_forwards = 4;
constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

std::unexpected<base::Error> too_large(std::uint64_t limit_bytes) {
    return fail(ErrorCode::body_too_large,
                "the body is larger than the " + std::to_string(limit_bytes) + " bytes that this route takes");
}

// A body of unknown length counts as one that fits: its bytes are counted as they come.
bool declared_too_large(const Request& request, std::uint64_t limit_bytes) {
    return request.content_length.value_or(0) > limit_bytes;
}

Response busy(const Context& context) {
    return problem_response({ErrorCode::overloaded, "the service has too much to do; try again soon"}, context);
}

}  // namespace

base::Result<std::string> HttpConnection::find_service(Exchange& exchange, bool& sealed) const {
    const HttpServerOptions& options = core_->options;
    const auto addressee = options.takes_mesh ? Mesh::addressee(exchange.request) : std::nullopt;
    sealed = addressee.has_value();
    if (!sealed) {
        Mesh::strip(exchange.request);
        if (options.door.empty()) return fail(ErrorCode::unauthenticated, "this address serves the mesh only");
        return options.door;
    }
    auto context = core_->parts.mesh.unseal(*addressee, exchange.request);
    if (!context) return std::unexpected(context.error());
    exchange.context = *std::move(context);
    return *addressee;
}

awaitable<std::optional<Response>> HttpConnection::dispatch(Exchange& exchange) {
    Mesh& mesh = core_->parts.mesh;
    bool sealed = false;
    auto service = find_service(exchange, sealed);
    if (!service) co_return problem_response(service.error(), exchange.context);
    RouteLimits limits;
    for (int forwards = 0; forwards <= most_forwards; ++forwards) {
        const auto* place = mesh.find(*service);
        if (place == nullptr)
            co_return problem_response({ErrorCode::unavailable, "nobody serves " + *service + " here"},
                                       exchange.context);
        if (forwards > 0) {
            mesh.seal(*service, exchange.request, exchange.context);
            if (const auto* remote = std::get_if<RemoteService>(place))
                co_return co_await proxy(exchange, *remote, limits);
            auto context = mesh.unseal(*service, exchange.request);
            if (!context) co_return problem_response(context.error(), exchange.context);
            exchange.context = *std::move(context);
            sealed = true;
        }
        const auto* local = std::get_if<LocalService>(place);
        if (local == nullptr)
            co_return problem_response({ErrorCode::unavailable, *service + " is not served at this address"},
                                       exchange.context);
        exchange.service = *service;
        pool_ = local->pool;
        auto route = local->router->find(exchange.request, exchange.context);
        if (!route) co_return std::move(route.error());
        exchange.route = (*route)->pattern;
        limits = (*route)->limits;
        exchange.context.deadline = std::min(exchange.context.deadline, core_->parts.clock.now() + limits.time);

        Opening opening = co_await open(exchange, **route, sealed);
        if (auto* response = std::get_if<Response>(&opening)) co_return std::move(*response);
        if (auto* sink = std::get_if<std::unique_ptr<BodySink>>(&opening)) {
            co_return co_await receive_chunks(exchange, **route, std::move(*sink));
        }
        auto& forward = std::get<Forward>(opening);
        exchange.answer_headers.complete(forward.answer_headers);
        service = std::move(forward.service);
    }
    co_return problem_response({ErrorCode::internal, "services forward a request in a circle"}, exchange.context);
}

awaitable<Opening> HttpConnection::open(Exchange& exchange, const Route& route, bool sealed) {
    if (declared_too_large(exchange.request, route.limits.body_bytes)) {
        const auto fault = too_large(route.limits.body_bytes);
        co_return problem_response(fault.error(), exchange.context);
    }
    if (route.handler) co_return co_await receive_whole(exchange, route, sealed);
    auto opening = co_await run_on(*pool_, strand_, Admission::needed, 0,
                                   [&] { return invoke(route, sealed, exchange.request, exchange.context); });
    if (!opening) co_return busy(exchange.context);
    co_return *std::move(opening);
}

awaitable<Opening> HttpConnection::receive_whole(Exchange& exchange, const Route& route, bool sealed) {
    BodyRoom room(core_->body_bytes, core_->options.limits.waiting_body_bytes);
    while (true) {
        const auto chunk = co_await next_chunk(exchange, route.limits.body_bytes);
        if (!chunk) co_return problem_response(chunk.error(), exchange.context);
        if (chunk->empty()) break;
        if (!room.take(chunk->size())) co_return busy(exchange.context);
        exchange.request.body += *chunk;
    }
    auto opening = co_await run_on(*pool_, strand_, Admission::needed, exchange.request.body.size(),
                                   [&] { return invoke(route, sealed, exchange.request, exchange.context); });
    if (!opening) co_return busy(exchange.context);
    co_return *std::move(opening);
}

awaitable<Response> HttpConnection::receive_chunks(Exchange& exchange, const Route& route,
                                                   std::unique_ptr<BodySink> sink) {
    std::optional<Response> answer;
    while (!answer) {
        const auto chunk = co_await next_chunk(exchange, route.limits.body_bytes);
        if (!chunk) {
            answer = problem_response(chunk.error(), exchange.context);
            break;
        }
        if (chunk->empty()) exchange.context.deadline = core_->parts.clock.now() + route.limits.time;
        auto step = co_await run_on(*pool_, strand_, Admission::given, 0, [&]() -> std::optional<Response> {
            if (chunk->empty()) return guarded_finish(*sink, exchange.context);
            return guarded_write(*sink, std::as_bytes(std::span(*chunk)), exchange.context);
        });
        answer = *std::move(step);
    }
    co_await run_on(*pool_, strand_, Admission::given, 0, [&] {
        sink.reset();  // its end may touch files
        return true;
    });
    co_return *std::move(answer);
}

awaitable<base::Result<std::string_view>> HttpConnection::next_chunk(Exchange& exchange, std::uint64_t limit_bytes) {
    const HttpLimits& limits = core_->options.limits;
    if (exchange.body_begun == TimePoint{}) {
        exchange.body_begun = core_->parts.clock.now();
        if (exchange.expects_continue && !exchange.reader->done()) {
            const IoOutcome asked = co_await transport_->write({go_on, {}, {}}, write_deadline());
            if (asked.end != IoEnd::done)
                co_return fail(ErrorCode::request_timed_out, "the client did not take the 100");
        }
    }
    const auto earned_s = exchange.body_bytes / std::max<std::uint64_t>(limits.slowest_body_bytes_a_second, 1);
    const TimePoint deadline = exchange.body_begun + limits.body_grace + std::chrono::seconds(earned_s);
    auto chunk = co_await exchange.reader->read_body(deadline);
    if (!chunk) co_return chunk;
    exchange.body_bytes += chunk->size();
    if (exchange.body_bytes > limit_bytes) co_return too_large(limit_bytes);
    co_return chunk;
}

}  // namespace runtime
