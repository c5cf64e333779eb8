// One WebSocket over a transport: the adapter over Beast. On the transport's strand; one read and one write (or close)
// at a time. Included by .cpp files of this folder only.
#pragma once
#include "runtime/http.hpp"
#include "runtime/transport_private.hpp"
#include "runtime/web_socket.hpp"

namespace runtime {

struct WebSocketLimits {
    std::size_t message_bytes;
    std::chrono::milliseconds idle_time;  // without a byte from the client; it is pinged at half of it
    std::chrono::milliseconds write_time;
    std::chrono::milliseconds close_time;  // for the client's answer to a close
};

class WebSocketStream {
  public:
    virtual ~WebSocketStream() = default;
    /// Sends the 101 with these fields; false when the client is gone.
    virtual awaitable<bool> accept(const Request& request, const Headers& fields) = 0;
    /// The next message, fragments joined. Absent at the end, whichever way it came: a client that broke the protocol
    /// or sent more than a message may hold has been told by the close frame then (1002, 1007, 1009).
    virtual awaitable<std::optional<WebSocketMessage>> read() = 0;
    /// False when the client is gone.
    virtual awaitable<bool> write(std::string text) = 0;
    /// Sends the close frame and waits for the client's, which read() gets.
    virtual awaitable<void> close(WebSocketOutbox::Closing closing) = 0;
};

/// `input`: what was read already beyond the request's header.
std::unique_ptr<WebSocketStream> make_web_socket(Transport& transport, const Strand& strand, std::string input,
                                                 const WebSocketLimits& limits);

}  // namespace runtime
