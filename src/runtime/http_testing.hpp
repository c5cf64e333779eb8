// For tests: a running server with one service behind its door, and a client that speaks raw bytes over a real socket.
#pragma once
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/descriptor.hpp"
#include "runtime/http_server.hpp"
#include "runtime/system_clock.hpp"
#include "runtime/system_random.hpp"

namespace runtime {

class RawClient {
  public:
    explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (receive_buffer_bytes > 0) {
            setsockopt(socket_.number(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    [[nodiscard]] bool connected() const { return connected_; }
    /// False when the peer takes no more.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t size = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    /// How much of it fits into the socket without waiting.
    std::size_t send_some(std::string_view bytes) {
        const ssize_t size = ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    /// Everything up to and including `end`, or what there was when the peer closed or `patience` was over.
    std::string read_until(std::string_view end, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
        while (buffer_.find(end) == std::string::npos && fill(patience)) {
        }
        const std::size_t found = buffer_.find(end);
        return take(found == std::string::npos ? buffer_.size() : found + end.size());
    }
    std::string read_exactly(std::size_t size_bytes) {
        while (buffer_.size() < size_bytes && fill(std::chrono::seconds(20))) {
        }
        return take(std::min(size_bytes, buffer_.size()));
    }
    std::string read_to_end(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
        while (fill(patience)) {
        }
        return take(buffer_.size());
    }
    /// One answer with a Content-Length: head and body.
    std::string read_answer() {
        std::string head = read_until("\r\n\r\n");
        const std::size_t at = head.find("Content-Length: ");
        if (at == std::string::npos) return head;
        return head + read_exactly(std::stoul(head.substr(at + 16)));
    }
    [[nodiscard]] bool ended(std::chrono::milliseconds patience = std::chrono::seconds(20)) {
        while (fill(patience)) {
        }
        return ended_;
    }
    void close() { socket_.close(); }
    void end_sending() { ::shutdown(socket_.number(), SHUT_WR); }

  private:
    bool fill(std::chrono::milliseconds patience) {
        pollfd ready{socket_.number(), POLLIN, 0};
        if (poll(&ready, 1, static_cast<int>(patience.count())) != 1) return false;
        std::array<char, 65536> bytes{};
        const ssize_t size = recv(socket_.number(), bytes.data(), bytes.size(), 0);
        ended_ = size <= 0;
        if (size > 0) buffer_.append(bytes.data(), static_cast<std::size_t>(size));
        return size > 0;
    }
    std::string take(std::size_t size_bytes) {
        std::string taken = buffer_.substr(0, size_bytes);
        buffer_.erase(0, size_bytes);
        return taken;
    }
    Descriptor socket_;
    std::string buffer_;
    bool connected_ = false;
    bool ended_ = false;
};

/// Waits until it has held once; for what another thread brings about.
inline bool eventually(const std::function<bool()>& holds,
                       std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

/// Everything a server needs, in the order in which it must go again.
class HttpTest : public testing::Test {
  protected:
    SystemClock clock_;
    SystemRandom random_;
    Descriptor nowhere_{open("/dev/null", O_WRONLY | O_CLOEXEC)};
    Log log_{{nowhere_.number(), LogLevel::info, "test", "1"}, clock_};
    Metrics metrics_;
    Network network_{2};
    WorkerLimits worker_limits_{.workers = 2};
    std::unique_ptr<WorkerPool> pool_;
    std::unique_ptr<HttpClient> client_ = make_http_client(network_, {}).value();
    Mesh mesh_{{.keys = {"key"}}, clock_, random_, client_.get()};
    std::unique_ptr<Router> router_;
    HttpServerOptions options_{.door = "gateway"};
    std::unique_ptr<HttpServer> server_;

    HttpServerParts parts() { return {network_, mesh_, clock_, log_, metrics_}; }
    void serve(std::vector<Route> routes) {
        pool_ = std::make_unique<WorkerPool>(worker_limits_);
        router_ = std::make_unique<Router>(std::move(routes));
        mesh_.add("gateway", LocalService{router_.get(), pool_.get()});
        auto started = HttpServer::start(options_, parts());
        ASSERT_TRUE(started) << started.error().message;
        server_ = *std::move(started);
    }
    RawClient connect() { return RawClient(server_->port()); }
    std::string url(std::string_view target) {
        return "http://127.0.0.1:" + std::to_string(server_->port()) + std::string(target);
    }
    /// The status line of the answer to raw bytes on a connection of their own, and whatever follows it.
    std::string exchange(std::string_view bytes) {
        RawClient client = connect();
        client.send(bytes);
        return client.read_to_end();
    }
};

inline Route get(std::string pattern, Handler handler) {
    return {.method = "GET", .pattern = std::move(pattern), .handler = std::move(handler)};
}

inline Response text(std::string body) {
    return bytes_response(200, "text/plain", std::move(body));
}

}  // namespace runtime
