// Runs what a service gave us so that nothing it throws comes further: an exception is the fault `internal`. On the
// calling thread.
#pragma once
#include <functional>
#include <optional>
#include <span>

#include "runtime/router.hpp"

namespace runtime {

/// What the route answers once everything it needs is there, or the refusal: unauthenticated without a principal on a
/// route that is not anonymous.
Opening invoke(const Route& route, bool principal_required, Request& request, Context& context);

std::optional<Response> guarded_write(BodySink& sink, std::span<const std::byte> chunk, const Context& context);
Response guarded_finish(BodySink& sink, const Context& context);
/// Starts it; an answer only when that fails.
std::optional<Response> guarded_start(const Deferred& deferred, const Respond& respond, const Context& context);
base::Result<std::size_t> guarded_read(BodySource& source, std::span<std::byte> buffer);
/// Null when that fails; then the outbox is closed.
std::unique_ptr<WebSocketHandler> guarded_open(const WebSocket& socket, const std::shared_ptr<WebSocketOutbox>& outbox);
void guarded_message(WebSocketHandler& handler, WebSocketMessage message, std::function<void()> next,
                     WebSocketOutbox& outbox);
/// `done` may be called twice when that fails.
void guarded_end(WebSocketHandler& handler, const std::function<void()>& done);
base::Result<SseBatch> guarded_next(EventSource& source, std::size_t max_bytes);

}  // namespace runtime
