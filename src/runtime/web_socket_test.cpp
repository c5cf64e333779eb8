#include "runtime/web_socket.hpp"

#include <atomic>

#include "runtime/http_testing.hpp"
#include "runtime/problem.hpp"
#include "runtime/web_socket_frames.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::CloseCode;
using runtime::Context;
using runtime::RawClient;
using runtime::Request;
using runtime::Response;
using runtime::WebSocketMessage;
using runtime::WebSocketOutbox;

constexpr std::string_view handshake =
    "GET /talk HTTP/1.1\r\nHost: here\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

// A client's frame: masked (RFC 6455, 5.2).
std::string frame(unsigned first_byte, std::string_view payload) {
    constexpr std::string_view mask = "\x11\x22\x33\x44";
    std::string bytes(1, static_cast<char>(first_byte));
    if (payload.size() < 126) {
        bytes += static_cast<char>(0x80 | payload.size());
    } else {
        bytes += static_cast<char>(0xFE);
        bytes += static_cast<char>(payload.size() >> 8U);
        bytes += static_cast<char>(payload.size() & 0xFFU);
    }
    bytes += mask;
    for (std::size_t i = 0; i < payload.size(); ++i)
        bytes += static_cast<char>(payload[i] ^ mask[i % 4]);
    return bytes;
}
std::string text_frame(std::string_view payload) {
    return frame(0x81, payload);
}

struct Frame {
    unsigned opcode = 0;
    std::string payload;
    [[nodiscard]] unsigned close_code() const {
        return static_cast<unsigned char>(payload.at(0)) * 256U + static_cast<unsigned char>(payload.at(1));
    }
};

Frame read_frame(RawClient& client) {
    const std::string head = client.read_exactly(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size == 126) {
        const std::string length = client.read_exactly(2);
        size = static_cast<unsigned char>(length.at(0)) * 256U + static_cast<unsigned char>(length.at(1));
    }
    return {static_cast<unsigned char>(head[0]) & 0x0FU, client.read_exactly(size)};
}

unsigned close_code(RawClient& client) {
    Frame last = read_frame(client);
    while (last.opcode != 8 && last.opcode != 0)
        last = read_frame(client);
    return last.payload.size() < 2 ? 0 : last.close_code();
}

// What the test sees and steers.
struct Seen {
    std::atomic<int> open = 0;
    std::atomic<int> opened = 0;  // ever
    std::atomic<int> messages = 0;
    std::atomic<bool> hold = false;    // take no further message
    std::atomic<bool> linger = false;  // do not go when the connection is gone
    std::atomic<int> ended = 0;
    std::mutex mutex;
    std::vector<std::function<void()>> held;
    std::shared_ptr<WebSocketOutbox> outbox;
};

// Says everything back; "bye" closes, "throw" throws, "flood" sends without an end.
class Echo final : public runtime::WebSocketHandler {
  public:
    Echo(Seen& seen, std::shared_ptr<WebSocketOutbox> outbox) : seen_(seen), outbox_(std::move(outbox)) {
        seen_.outbox = outbox_;
        ++seen_.open;
        ++seen_.opened;
    }
    ~Echo() override { --seen_.open; }
    void on_message(WebSocketMessage message, std::function<void()> next) override {
        ++seen_.messages;
        if (message.bytes == "throw") throw std::runtime_error("a mistake");
        if (message.bytes == "bye") return outbox_->close(CloseCode::policy, "as you say");
        if (message.bytes == "flood") {
            while (outbox_->send(std::string(60'000, 'x'))) {
            }
        }
        outbox_->send((message.is_text ? "text " : "bytes ") + message.bytes);
        if (!seen_.hold) return next();
        const std::lock_guard lock(seen_.mutex);
        seen_.held.push_back(std::move(next));
    }
    void on_end(const std::function<void()>& done) override {
        if (!seen_.linger) return done();
        const std::lock_guard lock(seen_.mutex);
        seen_.held.push_back(done);
        ++seen_.ended;
    }

  private:
    Seen& seen_;
    std::shared_ptr<WebSocketOutbox> outbox_;
};

class WebSocketTest : public runtime::HttpTest {
  protected:
    Seen seen_;
    runtime::Route route() {
        return runtime::get("/talk", [this](Request& request, Context& context) -> Response {
            if (auto fits = runtime::check_web_socket(request); !fits)
                return runtime::problem_response(fits.error(), context);
            return {.headers = {{"X-Own", "yes"}},
                    .body = runtime::WebSocket{"echo.v1", [this](std::shared_ptr<WebSocketOutbox> outbox) {
                                                   return std::make_unique<Echo>(seen_, std::move(outbox));
                                               }}};
        });
    }
    static void open(RawClient& client) {
        client.send(handshake);
        const std::string head = client.read_until("\r\n\r\n");
        ASSERT_TRUE(head.starts_with("HTTP/1.1 101 ")) << head;
    }
};

TEST_F(WebSocketTest, OpensAndSaysBackWhatItIsSent) {
    serve({route()});
    RawClient client = connect();
    client.send(std::string(handshake) + text_frame("early"));  // with the header, before the 101
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_TRUE(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) << head;  // RFC 6455, 1.3
    EXPECT_TRUE(head.contains("X-Own: yes") && head.contains("Sec-WebSocket-Protocol: echo.v1")) << head;
    EXPECT_TRUE(head.contains("X-Correlation-Id: ")) << head;
    EXPECT_EQ(read_frame(client).payload, "text early");
    client.send(frame(0x82, std::string("\0\1", 2)));
    EXPECT_EQ(read_frame(client).payload, std::string("bytes \0\1", 8));
    client.send(frame(0x01, "one ") + frame(0x89, "ping") + frame(0x80, "message"));  // in two fragments
    EXPECT_EQ(read_frame(client).opcode, 10U);                                        // the pong comes between
    EXPECT_EQ(read_frame(client).payload, "text one message");
    client.send(frame(0x88, std::string("\x03\xE8", 2)));
    EXPECT_EQ(close_code(client), 1000U);
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0 && server_->connections() == 0; }));
}

TEST_F(WebSocketTest, RefusesWhatIsNoHandshake) {
    serve({route()});
    const auto without = [&](std::string_view line) {
        std::string request(handshake);
        const std::size_t at = request.find(line);
        request.erase(at, request.find("\r\n", at) + 2 - at);
        return exchange(request.insert(request.size() - 2, "X-End: 1\r\nConnection: close\r\n"));
    };
    const std::string plain = without("Upgrade:");
    EXPECT_TRUE(plain.starts_with("HTTP/1.1 426 ") && plain.contains("upgrade_required")) << plain;
    EXPECT_TRUE(plain.contains("Upgrade: websocket\r\n")) << plain;
    EXPECT_TRUE(without("Sec-WebSocket-Version").starts_with("HTTP/1.1 426 "));
    EXPECT_TRUE(without("Sec-WebSocket-Key").starts_with("HTTP/1.1 400 "));
    EXPECT_EQ(seen_.messages, 0);
}

TEST_F(WebSocketTest, ClosesByTheServicesWordAfterWhatWasSent) {
    serve({route()});
    RawClient client = connect();
    open(client);
    client.send(text_frame("first") + text_frame("bye") + text_frame("too late"));
    EXPECT_EQ(read_frame(client).payload, "text first");
    const Frame last = read_frame(client);
    ASSERT_EQ(last.opcode, 8U);
    EXPECT_EQ(last.close_code(), 1008U);
    EXPECT_EQ(last.payload.substr(2), "as you say");
    client.send(frame(0x88, last.payload));
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0; }));
    EXPECT_EQ(seen_.messages, 2);
}

TEST_F(WebSocketTest, LastsUntilItsHandlerHasEndedAndTheServerAsLong) {
    seen_.linger = true;
    serve({route()});
    {
        RawClient client = connect();
        open(client);
        ASSERT_TRUE(runtime::eventually([&] { return seen_.opened == 1; }));
    }
    ASSERT_TRUE(runtime::eventually([&] { return seen_.ended == 1; }));
    EXPECT_EQ(seen_.open, 1);
    std::thread later([this] {
        std::this_thread::sleep_for(50ms);  // time for what must not happen
        const std::lock_guard lock(seen_.mutex);
        seen_.held.at(0)();
    });
    server_->stop(0ms);
    EXPECT_EQ(seen_.open, 0);
    later.join();
}

TEST_F(WebSocketTest, TellsAClientThatBreaksTheProtocol) {
    options_.limits.message_bytes = 1000;
    serve({route()});
    const auto told = [&](const std::string& bytes) {
        RawClient client = connect();
        open(client);
        client.send(bytes);
        return close_code(client);
    };
    EXPECT_EQ(told(text_frame(std::string(1001, 'x'))), 1009U);
    EXPECT_EQ(told(frame(0x01, std::string(600, 'x')) + frame(0x80, std::string(600, 'x'))), 1009U);
    EXPECT_EQ(told(text_frame("\xFF")), 1007U);           // no UTF-8
    EXPECT_EQ(told(std::string("\x81\x01x", 3)), 1002U);  // not masked
    EXPECT_EQ(told(frame(0x83, "an opcode that is none")), 1002U);
    EXPECT_EQ(told(text_frame("throw")), 1011U);
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0; }));
}

TEST_F(WebSocketTest, ReadsNothingWhileTheLastMessageIsInHand) {
    seen_.hold = true;
    serve({route()});
    RawClient client = connect();
    open(client);
    for (int i = 0; i < 5; ++i)
        client.send(text_frame("x"));
    EXPECT_EQ(read_frame(client).payload, "text x");
    std::this_thread::sleep_for(50ms);  // time for what must not happen
    EXPECT_EQ(seen_.messages, 1);
    std::function<void()> next;
    ASSERT_TRUE(runtime::eventually([&] {
        const std::lock_guard lock(seen_.mutex);
        if (!seen_.held.empty()) next = seen_.held[0];
        return next != nullptr;
    }));
    next();
    EXPECT_EQ(read_frame(client).payload, "text x");
    client.close();
}

TEST_F(WebSocketTest, FreesAConnectionThatIsGoneOrSaysNothing) {
    options_.limits.web_socket_idle_time = 100ms;
    serve({route()});
    {
        RawClient client = connect();
        open(client);
        ASSERT_TRUE(runtime::eventually([&] { return seen_.opened == 1; }));
    }
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0; }));
    RawClient silent = connect();
    open(silent);
    EXPECT_EQ(read_frame(silent).opcode, 9U);  // a ping that it does not answer
    EXPECT_TRUE(silent.ended());
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0 && server_->connections() == 0; }));
}

TEST_F(WebSocketTest, GivesUpOnAClientThatDoesNotRead) {
    options_.limits.unread_bytes = 500'000;
    options_.limits.write_time = 200ms;
    serve({route()});
    RawClient client(server_->port(), 4096);
    open(client);
    client.send(text_frame("flood"));
    EXPECT_TRUE(runtime::eventually([&] { return seen_.messages == 1 && seen_.open == 0; }));
    EXPECT_FALSE(seen_.outbox->send("more"));
    EXPECT_EQ(seen_.outbox->waiting_bytes(), 0U);
}

TEST_F(WebSocketTest, SaysThatItRestarts) {
    serve({route()});
    RawClient client = connect();
    open(client);
    std::thread stopping([this] { server_->stop(20s); });
    EXPECT_EQ(close_code(client), 1012U);
    client.close();
    stopping.join();
    EXPECT_EQ(seen_.open, 0);
}

// The service in another process: a door that forwards to a second server.
class ProxiedWebSocket : public WebSocketTest {
  protected:
    runtime::WorkerPool inner_pool_{{.workers = 2}};
    std::unique_ptr<runtime::Router> inner_router_;
    runtime::Mesh inner_mesh_{{.keys = {"key"}}, clock_, random_, nullptr};
    std::unique_ptr<runtime::HttpServer> inner_;

    void serve_both() {
        inner_router_ = std::make_unique<runtime::Router>(std::vector{route()});
        inner_mesh_.add("talks", runtime::LocalService{inner_router_.get(), &inner_pool_});
        auto inner = runtime::HttpServer::start({.takes_mesh = true, .limits = options_.limits},
                                                {network_, inner_mesh_, clock_, log_, metrics_});
        ASSERT_TRUE(inner);
        inner_ = *std::move(inner);
        mesh_.add("talks", runtime::RemoteService{"http://127.0.0.1:" + std::to_string(inner_->port())});
        serve({{.method = "GET", .pattern = "/talk", .open_handler = [](Request&, Context& context) {
                    context.principal = "somebody";
                    return runtime::Forward{"talks", {{"X-Door", "yes"}}};
                }}});
    }
    void TearDown() override {
        if (inner_) inner_->stop(0ms);
    }
};

TEST_F(ProxiedWebSocket, IsTheSameForTheClient) {
    serve_both();
    RawClient client = connect();
    client.send(handshake);
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n")) << head;
    EXPECT_TRUE(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) << head;
    EXPECT_TRUE(head.contains("X-Door: yes") && head.contains("X-Own: yes")) << head;
    EXPECT_TRUE(head.contains("Upgrade: websocket") && head.contains("Connection: Upgrade")) << head;
    EXPECT_FALSE(head.contains("close")) << head;
    const std::string large(50'000, 'x');
    client.send(text_frame("hello") + text_frame(large));
    EXPECT_EQ(read_frame(client).payload, "text hello");
    EXPECT_EQ(read_frame(client).payload, "text " + large);
    client.send(frame(0x88, std::string("\x03\xE8", 2)));
    EXPECT_EQ(close_code(client), 1000U);
    EXPECT_TRUE(client.ended());
    client.close();
    EXPECT_TRUE(runtime::eventually([&] { return server_->connections() + inner_->connections() == 0; }));
}

TEST_F(ProxiedWebSocket, RefusesWhatIsNoHandshake) {
    serve_both();
    EXPECT_TRUE(exchange("GET /talk HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").contains("upgrade_required"));
}

TEST_F(ProxiedWebSocket, TellsThatTheServiceHasEnded) {
    serve_both();
    RawClient client = connect();
    open(client);
    inner_->stop(0ms);
    EXPECT_EQ(close_code(client), 1012U);
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0; }));
}

TEST_F(ProxiedWebSocket, FreesBothSidesWhenTheClientIsGone) {
    serve_both();
    {
        RawClient client = connect();
        open(client);
        ASSERT_TRUE(runtime::eventually([&] { return seen_.opened == 1; }));
    }
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0 && server_->connections() == 0; }));
}

TEST_F(ProxiedWebSocket, SaysThatTheDoorRestarts) {
    serve_both();
    RawClient client = connect();
    open(client);
    std::thread stopping([this] { server_->stop(20s); });
    EXPECT_EQ(close_code(client), 1001U);
    client.close();
    stopping.join();
    EXPECT_TRUE(runtime::eventually([&] { return seen_.open == 0; }));
}

TEST(FrameBoundaries, AreFoundHoweverTheBytesAreCut) {
    const std::string whole = std::string("\x81\x02hi", 4) + std::string("\x02\x7E\x01\x00", 4) +
                              std::string(256, 'x') + std::string("\x82\x7F\0\0\0\0\0\0\0\x01y", 11) +
                              frame(0x81, "masked");
    runtime::FrameBoundaries at_once;
    at_once.pass(whole);
    EXPECT_TRUE(at_once.between_frames());
    EXPECT_FALSE(at_once.closed());
    runtime::FrameBoundaries frames;
    int boundaries = 0;
    for (const char byte : whole) {
        frames.pass(std::string_view(&byte, 1));
        boundaries += frames.between_frames() ? 1 : 0;
    }
    EXPECT_EQ(boundaries, 4);
    frames.pass(runtime::close_frame(CloseCode::restart, std::string(200, 'x')));
    EXPECT_TRUE(frames.closed());
    EXPECT_TRUE(frames.between_frames());
}

TEST(CloseCodes, SayWhoseFaultItWas) {
    EXPECT_EQ(runtime::close_code_of(base::ErrorCode::invalid_argument), CloseCode::policy);
    EXPECT_EQ(runtime::close_code_of(base::ErrorCode::overloaded), CloseCode::try_again);
    EXPECT_EQ(runtime::close_code_of(base::ErrorCode::internal), CloseCode::internal);
}

}  // namespace
