#include "runtime/invoke.hpp"

#include <exception>

#include "runtime/problem.hpp"

namespace runtime {
namespace {

std::unexpected<base::Error> thrown(const std::exception& fault) {
    return base::fail(base::ErrorCode::internal, std::string("a handler threw: ") + fault.what());
}

template <class Step>
auto result_of(Step step) -> base::Result<decltype(step())> {
    try {
        return step();
    } catch (const std::exception& fault) {
        return thrown(fault);
    }
}

template <class Step>
auto answer_of(const Context& context, Step step) -> decltype(step()) {
    auto result = result_of(step);
    if (!result) return problem_response(result.error(), context);
    return *std::move(result);
}

// A handler that fails by Result and one that throws look the same from here.
template <class Value>
base::Result<Value> flat(base::Result<base::Result<Value>> nested) {
    if (!nested) return std::unexpected(nested.error());
    return *std::move(nested);
}

}  // namespace

Opening invoke(const Route& route, bool principal_required, Request& request, Context& context) {
    if (principal_required && !route.anonymous && context.principal.empty()) {
        return problem_response(
            {base::ErrorCode::unauthenticated, "a service of the mesh serves nobody who is not named"}, context);
    }
    return answer_of(context, [&]() -> Opening {
        if (route.open_handler) return route.open_handler(request, context);
        return route.handler(request, context);
    });
}

std::optional<Response> guarded_write(BodySink& sink, std::span<const std::byte> chunk, const Context& context) {
    return answer_of(context, [&]() -> std::optional<Response> { return sink.write(chunk); });
}

Response guarded_finish(BodySink& sink, const Context& context) {
    return answer_of(context, [&] { return sink.finish(); });
}

std::optional<Response> guarded_start(const Deferred& deferred, const Respond& respond, const Context& context) {
    return answer_of(context, [&]() -> std::optional<Response> {
        deferred(respond);
        return std::nullopt;
    });
}

base::Result<std::size_t> guarded_read(BodySource& source, std::span<std::byte> buffer) {
    return flat(result_of([&] { return source.read(buffer); }));
}

base::Result<SseBatch> guarded_next(EventSource& source, std::size_t max_bytes) {
    return flat(result_of([&] { return source.next(max_bytes); }));
}

std::unique_ptr<WebSocketHandler> guarded_open(const WebSocket& socket,
                                               const std::shared_ptr<WebSocketOutbox>& outbox) {
    auto handler = result_of([&] { return socket.open(outbox); });
    if (handler && *handler) return *std::move(handler);
    outbox->close(CloseCode::internal, "an internal fault");
    return nullptr;
}

void guarded_message(WebSocketHandler& handler, WebSocketMessage message, std::function<void()> next,
                     WebSocketOutbox& outbox) {
    const auto taken = result_of([&] {
        handler.on_message(std::move(message), std::move(next));
        return true;
    });
    if (!taken) outbox.close(CloseCode::internal, "an internal fault");
}

void guarded_end(WebSocketHandler& handler, const std::function<void()>& done) {
    const auto ended = result_of([&] {
        handler.on_end(done);
        return true;
    });
    if (!ended) done();
}

}  // namespace runtime
