// One connection's bytes, in the clear or through TLS, with a deadline on every wait. On its strand only, one operation
// at a time, but for a read beside a write (then the deadline of either ends both). Included by .cpp files of this
// folder only.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

#include "base/error.hpp"
#include "runtime/asio_private.hpp"
#include "runtime/tls.hpp"

namespace boost::asio::ssl {
class context;
}

namespace runtime {

enum class IoEnd : std::uint8_t { done, closed, timed_out };

struct IoOutcome {
    IoEnd end = IoEnd::done;
    std::size_t size_bytes = 0;
};

class Transport {
  public:
    virtual ~Transport() = default;
    /// At least one byte, unless it ends otherwise.
    virtual awaitable<IoOutcome> read_some(std::span<char> buffer, TimePoint deadline) = 0;
    /// All of the pieces, one after the other.
    virtual awaitable<IoOutcome> write(std::array<std::string_view, 3> pieces, TimePoint deadline) = 0;
    /// Connects to exactly this address.
    virtual awaitable<IoOutcome> connect(asio::ip::tcp::endpoint address, TimePoint deadline) = 0;
    /// TLS's; nothing in the clear. `host` is empty on the server's side.
    virtual awaitable<IoOutcome> handshake(std::string host, TimePoint deadline) = 0;
    /// Says that nothing more will be sent.
    virtual awaitable<void> end_sending(TimePoint deadline) = 0;
    /// Ends every wait; harmless when closed already.
    virtual void close() = 0;
    /// Calls `gone`, once, when the peer has closed while nothing is being read. Stopped by the next stop_watching().
    virtual void watch(std::function<void()> gone) = 0;
    virtual void stop_watching() = 0;
    /// Whether the peer has closed, or has sent what nobody asked for: not fit for another request.
    [[nodiscard]] virtual bool is_stale() = 0;
    [[nodiscard]] virtual std::string peer_address() = 0;
};

using TlsContext = std::shared_ptr<asio::ssl::context>;

/// Errors: configuration_invalid when the files cannot be used.
base::Result<TlsContext> make_tls_context(const ServerTls& tls);
base::Result<TlsContext> make_tls_context(const ClientTls& tls);

/// `tls` may be null: in the clear.
std::unique_ptr<Transport> make_transport(asio::ip::tcp::socket socket, TlsContext tls);

/// For a socket that will not be served: writes what fits without waiting, and closes.
void refuse_socket(asio::ip::tcp::socket socket, std::string_view answer);

}  // namespace runtime
