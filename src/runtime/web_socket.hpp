// WebSockets (RFC 6455), the server's side. A handler answers a GET with a WebSocket (http.hpp), as it answers others
// with an event stream; then its object gets the messages one at a time on the service's worker pool, and says what
// goes back through the outbox, from any thread. A connection costs memory, no thread. Everything is bounded: a message
// in size, what waits to be sent in bytes, and nothing is read from the client while the last message is in hand.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace runtime {

struct Request;

struct WebSocketMessage {
    bool is_text = false;  // then it is well-formed UTF-8
    std::string bytes;
};

/// Why a connection is closed (RFC 6455, 7.4.1, and IANA's registry): those that a service or the runtime sends.
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,  // this process ends
    policy = 1008,      // the client did what it may not, or does not read
    internal = 1011,
    restart = 1012,    // the service ended; connect again
    try_again = 1013,  // too much to do
};

/// The code that a fault closes with: policy for the client's, try_again or internal for ours.
CloseCode close_code_of(base::ErrorCode code);

/// What goes to one client, in order. Any thread.
class WebSocketOutbox {
  public:
    /// `wake` is called whenever there is something to take; it must be quick.
    WebSocketOutbox(std::size_t limit_bytes, std::function<void()> wake)
        : limit_bytes_(limit_bytes), wake_(std::move(wake)) {}

    /// A text message. False when the connection has ended or is being closed; a client that leaves more than the limit
    /// unread is closed with policy.
    bool send(std::string text);
    /// Closes after what was sent before; the first reason stands. At most 123 bytes of it are told.
    void close(CloseCode code, std::string reason);
    /// How much waits for the client to read it: who sends what can be left out asks before.
    [[nodiscard]] std::size_t waiting_bytes() const;

    // For the runtime:
    struct Closing {
        CloseCode code{};
        std::string reason;
    };
    struct Next {
        std::optional<std::string> text;
        std::optional<Closing> closing;  // when there is no text
    };
    Next take();
    /// The connection is gone: nothing is taken any more.
    void end();
    /// Whether anything sent now would be lost.
    [[nodiscard]] bool closing() const;

  private:
    mutable std::mutex mutex_;
    const std::size_t limit_bytes_;
    std::function<void()> wake_;  // empty once ended
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::optional<Closing> closing_;
};

/// What a service implements: one connection.
class WebSocketHandler {
  public:
    virtual ~WebSocketHandler() = default;
    /// The next message, on the worker pool. The one after it is read when `next` has been called, once, now or later
    /// from any thread: who is behind holds the client up, not memory.
    virtual void on_message(WebSocketMessage message, std::function<void()> next) = 0;
    /// The connection is gone, whichever way it ended: the last call, on the worker pool, perhaps before the last
    /// message's `next`. The object goes, there too, when `done` has been called, once, now or later from any thread;
    /// the server does not end before.
    virtual void on_end(const std::function<void()>& done) { done(); }
};

/// The answer that opens one (Response::body); the runtime writes the 101.
struct WebSocket {
    std::string subprotocol;  // one of those that the client offered; empty: none
    std::function<std::unique_ptr<WebSocketHandler>(std::shared_ptr<WebSocketOutbox>)> open;  // on the worker pool
};

/// Whether the request asks for an upgrade to WebSocket at all.
bool asks_for_web_socket(const Request& request);
/// Whether it is an opening handshake of version 13 as RFC 6455, 4.2.1 wants it. Errors: upgrade_required,
/// request_malformed.
base::Result<void> check_web_socket(const Request& request);

}  // namespace runtime
