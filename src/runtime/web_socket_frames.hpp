// As much of WebSocket framing (RFC 6455, section 5) as a proxy needs that hands the bytes on as they are: where a
// frame ends, so that it can say goodbye itself when the service is gone. Pure; one thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/web_socket.hpp"

namespace runtime {

class FrameBoundaries {
  public:
    /// The next bytes that a server sent.
    void pass(std::string_view bytes);
    /// Whether what passed so far ends with a whole frame.
    [[nodiscard]] bool between_frames() const { return header_.empty() && left_bytes_ == 0; }
    /// Whether a close frame has begun: nothing may follow it.
    [[nodiscard]] bool closed() const { return closed_; }

  private:
    std::string header_;  // as far as it has come
    std::uint64_t left_bytes_ = 0;
    bool closed_ = false;
};

/// A close frame as a server sends it; at most 123 bytes of the reason.
std::string close_frame(CloseCode code, std::string_view reason);

}  // namespace runtime
