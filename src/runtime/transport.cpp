#include <cerrno>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <sys/socket.h>

#include "runtime/transport_private.hpp"

namespace runtime {
namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Socket = asio::basic_socket<tcp>;
using PlainStream = tcp::socket;
using TlsStream = ssl::stream<tcp::socket>;

// Ends what a socket waits for at its deadline, and leaves the socket open: a peer that is too slow can still be told
// so.
class Alarm : public std::enable_shared_from_this<Alarm> {
  public:
    explicit Alarm(Socket& socket) : socket_(&socket), timer_(socket.get_executor()) {}

    void set(TimePoint deadline) {
        rang_ = false;
        const std::uint64_t number = ++number_;
        if (deadline == TimePoint::max()) return;
        timer_.expires_at(deadline);
        timer_.async_wait([self = shared_from_this(), number](error_code fault) {
            if (!fault && number == self->number_) self->ring();
        });
    }
    void unset() {
        ++number_;
        timer_.cancel();
    }
    [[nodiscard]] bool rang() const { return rang_; }

  private:
    void ring() {
        error_code ignored;
        rang_ = true;
        socket_->cancel(ignored);
    }
    Socket* socket_;  // whose owner unsets the alarm before it goes
    asio::steady_timer timer_;
    std::uint64_t number_ = 0;
    bool rang_ = false;
};

// What the socket holds without taking it: -1 nothing yet, 0 the end, else bytes (or a fault, which is an end too).
ssize_t peek(int socket) {
    char byte = 0;
    const ssize_t size = recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size >= 0) return size;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -1 : 0;
}

template <class Stream>
class StreamTransport final : public Transport {
  public:
    template <class... Arguments>
    explicit StreamTransport(TlsContext tls, Arguments&&... arguments)
        : tls_(std::move(tls)),
          stream_(std::forward<Arguments>(arguments)...),
          alarm_(std::make_shared<Alarm>(socket())),
          write_alarm_(std::make_shared<Alarm>(socket())) {}
    ~StreamTransport() override {
        alarm_->unset();
        write_alarm_->unset();
    }
    StreamTransport(const StreamTransport&) = delete;
    StreamTransport& operator=(const StreamTransport&) = delete;

    awaitable<IoOutcome> read_some(std::span<char> buffer, TimePoint deadline) override {
        error_code fault;
        alarm_->set(deadline);
        const std::size_t size = co_await stream_.async_read_some(asio::buffer(buffer.data(), buffer.size()),
                                                                  asio::redirect_error(use_awaitable, fault));
        co_return outcome(fault, size);
    }

    awaitable<IoOutcome> write(std::array<std::string_view, 3> pieces, TimePoint deadline) override {
        error_code fault;
        std::array<asio::const_buffer, 3> buffers;
        for (std::size_t i = 0; i < pieces.size(); ++i)
            buffers[i] = asio::buffer(pieces[i].data(), pieces[i].size());
        write_alarm_->set(deadline);
        const std::size_t size =
            co_await asio::async_write(stream_, buffers, asio::redirect_error(use_awaitable, fault));
        co_return outcome(fault, size, *write_alarm_);
    }

    awaitable<IoOutcome> connect(tcp::endpoint address, TimePoint deadline) override {
        error_code fault;
        error_code ignored;
        socket().open(address.protocol(), fault);
        if (fault) co_return outcome(fault, 0);
        alarm_->set(deadline);
        co_await socket().async_connect(address, asio::redirect_error(use_awaitable, fault));
        socket().set_option(tcp::no_delay(true), ignored);
        co_return outcome(fault, 0);
    }

    awaitable<IoOutcome> handshake(std::string host, TimePoint deadline) override {
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            error_code fault;
            if (!host.empty()) {
                // What the macro SSL_set_tlsext_host_name does.
                SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
                stream_.set_verify_callback(ssl::host_name_verification(host));
            }
            const auto side = host.empty() ? ssl::stream_base::server : ssl::stream_base::client;
            alarm_->set(deadline);
            co_await stream_.async_handshake(side, asio::redirect_error(use_awaitable, fault));
            co_return outcome(fault, 0);
        }
        co_return IoOutcome{};
    }

    awaitable<void> end_sending(TimePoint deadline) override {
        error_code ignored;
        if constexpr (std::is_same_v<Stream, TlsStream>) {
            alarm_->set(deadline);
            co_await stream_.async_shutdown(asio::redirect_error(use_awaitable, ignored));
            alarm_->unset();
        }
        socket().shutdown(tcp::socket::shutdown_send, ignored);
        co_return;
    }

    void close() override {
        error_code ignored;
        socket().close(ignored);
    }

    void watch(std::function<void()> gone) override {
        const int number = socket().native_handle();
        socket().async_wait(asio::socket_base::wait_read, [number, gone = std::move(gone)](error_code fault) {
            if (!fault && peek(number) == 0) gone();
        });
    }

    void stop_watching() override {
        error_code ignored;
        socket().cancel(ignored);
    }

    bool is_stale() override { return !socket().is_open() || peek(socket().native_handle()) >= 0; }

    std::string peer_address() override {
        error_code fault;
        const auto endpoint = socket().remote_endpoint(fault);
        return fault ? std::string() : endpoint.address().to_string();
    }

  private:
    Socket& socket() { return stream_.lowest_layer(); }

    IoOutcome outcome(const error_code& fault, std::size_t size_bytes) { return outcome(fault, size_bytes, *alarm_); }

    static IoOutcome outcome(const error_code& fault, std::size_t size_bytes, Alarm& alarm) {
        const bool late = fault == asio::error::operation_aborted && alarm.rang();
        alarm.unset();
        if (!fault) return {IoEnd::done, size_bytes};
        return {late ? IoEnd::timed_out : IoEnd::closed, size_bytes};
    }

    TlsContext tls_;  // outlives the stream
    Stream stream_;
    std::shared_ptr<Alarm> alarm_;
    std::shared_ptr<Alarm> write_alarm_;  // a write may go on beside a read
};

base::Result<TlsContext> unusable(const std::filesystem::path& file, const error_code& fault) {
    return base::fail(base::ErrorCode::configuration_invalid,
                      "cannot use " + file.string() + " for TLS: " + fault.message());
}

TlsContext empty_context(ssl::context::method method) {
    auto context = std::make_shared<ssl::context>(method);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                         ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 | ssl::context::no_compression);
    return context;
}

}  // namespace

base::Result<TlsContext> make_tls_context(const ServerTls& tls) {
    auto context = empty_context(ssl::context::tls_server);
    error_code fault;
    context->use_certificate_chain_file(tls.certificate_chain.string(), fault);
    if (fault) return unusable(tls.certificate_chain, fault);
    context->use_private_key_file(tls.private_key.string(), ssl::context::pem, fault);
    if (fault) return unusable(tls.private_key, fault);
    return context;
}

base::Result<TlsContext> make_tls_context(const ClientTls& tls) {
    auto context = empty_context(ssl::context::tls_client);
    context->set_verify_mode(ssl::verify_peer);
    error_code fault;
    if (tls.trusted_certificates.empty()) {
        context->set_default_verify_paths(fault);
    } else {
        context->load_verify_file(tls.trusted_certificates.string(), fault);
    }
    if (fault) return unusable(tls.trusted_certificates, fault);
    return context;
}

std::unique_ptr<Transport> make_transport(tcp::socket socket, TlsContext tls) {
    error_code ignored;
    if (socket.is_open()) socket.set_option(tcp::no_delay(true), ignored);
    if (tls == nullptr) return std::make_unique<StreamTransport<PlainStream>>(nullptr, std::move(socket));
    ssl::context& context = *tls;
    return std::make_unique<StreamTransport<TlsStream>>(std::move(tls), std::move(socket), context);
}

void refuse_socket(tcp::socket socket, std::string_view answer) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(answer.data(), answer.size()), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace runtime
