#include <boost/asio/associated_executor.hpp>
#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "runtime/web_socket_stream_private.hpp"

namespace runtime {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

// A transport as Beast wants its next layer to be: what was read too early comes first.
class ByteStream {
  public:
    using executor_type = Strand;

    ByteStream(Transport& transport, Strand strand, std::string input, std::chrono::milliseconds write_time)
        : transport_(&transport), strand_(std::move(strand)), input_(std::move(input)), write_time_(write_time) {}

    [[nodiscard]] executor_type get_executor() const noexcept { return strand_; }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        asio::co_spawn(strand_, read(first_of<asio::mutable_buffer>(buffers)),
                       completion(std::forward<Handler>(handler)));
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        asio::co_spawn(strand_, write(first_of<asio::const_buffer>(buffers)),
                       completion(std::forward<Handler>(handler)));
    }

    void close() { transport_->close(); }

  private:
    template <class Buffer, class Buffers>
    static Buffer first_of(const Buffers& buffers) {
        for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
            if (Buffer(*at).size() > 0) return Buffer(*at);
        }
        return Buffer();
    }

    template <class Handler>
    static auto completion(Handler&& handler) {
        return [handler = std::forward<Handler>(handler)](const std::exception_ptr&, IoOutcome outcome) mutable {
            handler(fault_of(outcome), outcome.size_bytes);
        };
    }

    static error_code fault_of(const IoOutcome& outcome) {
        if (outcome.end == IoEnd::done) return {};
        return outcome.end == IoEnd::closed ? error_code(asio::error::eof) : error_code(asio::error::timed_out);
    }

    awaitable<IoOutcome> read(asio::mutable_buffer buffer) {
        if (input_.empty())
            co_return co_await transport_->read_some(std::span(static_cast<char*>(buffer.data()), buffer.size()),
                                                     TimePoint::max());
        const std::size_t size = asio::buffer_copy(buffer, asio::buffer(input_));
        input_.erase(0, size);
        co_return IoOutcome{IoEnd::done, size};
    }

    awaitable<IoOutcome> write(asio::const_buffer buffer) {
        const std::string_view bytes(static_cast<const char*>(buffer.data()), buffer.size());
        co_return co_await transport_->write({bytes, {}, {}}, std::chrono::steady_clock::now() + write_time_);
    }

    Transport* transport_;
    Strand strand_;
    std::string input_;
    std::chrono::milliseconds write_time_;
};

// What Beast calls for its next layer, found by the argument.
void beast_close_socket(ByteStream& stream) {
    stream.close();
}

// The connection ends the transport itself, with patience for what the client still sends.
template <class Handler>
void async_teardown(beast::role_type, ByteStream& stream, Handler&& handler) {
    asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable { handler(error_code()); });
}

http::request<http::empty_body> beast_request(const Request& request) {
    http::request<http::empty_body> converted(http::verb::get, request.target, 11);
    for (const auto& [name, value] : request.headers)
        converted.insert(name, value);
    return converted;
}

class BeastWebSocket final : public WebSocketStream {
  public:
    BeastWebSocket(Transport& transport, const Strand& strand, std::string input, const WebSocketLimits& limits)
        : stream_(ByteStream(transport, strand, std::move(input), limits.write_time)) {
        stream_.set_option(websocket::stream_base::timeout{
            .handshake_timeout = limits.close_time, .idle_timeout = limits.idle_time, .keep_alive_pings = true});
        stream_.read_message_max(limits.message_bytes);
        stream_.text(true);
        stream_.auto_fragment(false);
    }

    awaitable<bool> accept(const Request& request, const Headers& fields) override {
        stream_.set_option(websocket::stream_base::decorator([&fields](websocket::response_type& response) {
            response.erase(http::field::server);
            for (const auto& [name, value] : fields)
                response.set(name, value);
        }));
        const auto converted = beast_request(request);
        error_code fault;
        co_await stream_.async_accept(converted, asio::redirect_error(use_awaitable, fault));
        co_return !fault;
    }

    awaitable<std::optional<WebSocketMessage>> read() override {
        beast::flat_buffer buffer;
        error_code fault;
        co_await stream_.async_read(buffer, asio::redirect_error(use_awaitable, fault));
        if (fault) co_return std::nullopt;
        co_return WebSocketMessage{stream_.got_text(), beast::buffers_to_string(buffer.data())};
    }

    awaitable<bool> write(std::string text) override {
        error_code fault;
        co_await stream_.async_write(asio::buffer(text), asio::redirect_error(use_awaitable, fault));
        co_return !fault;
    }

    awaitable<void> close(WebSocketOutbox::Closing closing) override {
        error_code ignored;
        const websocket::close_reason reason(static_cast<websocket::close_code>(closing.code), closing.reason);
        co_await stream_.async_close(reason, asio::redirect_error(use_awaitable, ignored));
    }

  private:
    websocket::stream<ByteStream, false> stream_;
};

}  // namespace

std::unique_ptr<WebSocketStream> make_web_socket(Transport& transport, const Strand& strand, std::string input,
                                                 const WebSocketLimits& limits) {
    return std::make_unique<BeastWebSocket>(transport, strand, std::move(input), limits);
}

}  // namespace runtime
