#include "runtime/http_client.hpp"

#include <array>
#include <latch>

#include "runtime/address.hpp"
#include "runtime/http_testing.hpp"

namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using runtime::ClientRequest;
using runtime::Context;
using runtime::fetch_and_wait;
using runtime::Request;
using runtime::Response;
using runtime::text;

// A peer that answers one connection with given bytes, whatever is asked.
class RawPeer {
  public:
    explicit RawPeer(std::string answer, bool stays_open = false)
        : answer_(std::move(answer)), stays_open_(stays_open) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), size);
        listen(listener_.number(), 8);
        getsockname(listener_.number(), reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~RawPeer() {
        done_.count_down();
        shutdown(listener_.number(), SHUT_RDWR);
        thread_.join();
    }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void run() {
        while (true) {
            const runtime::Descriptor peer(accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!peer.is_open()) return;
            ++connections_;
            std::array<char, 4096> request{};
            if (recv(peer.number(), request.data(), request.size(), 0) <= 0) continue;
            send(peer.number(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
            if (stays_open_) done_.wait();
        }
    }
    std::string answer_;
    bool stays_open_;
    runtime::Descriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::latch done_{1};
    std::thread thread_;
};

class HttpClientTest : public runtime::HttpTest {
  protected:
    runtime::Respond held_;  // answers the request for /held
    std::latch holding_{1};

    void start() {
        serve({runtime::get("/hello", [](Request&, Context&) { return text("hello"); }),
               runtime::get(
                   "/moved",
                   [](Request&, Context&) { return Response{.status = 302, .headers = {{"Location", "/hello"}}}; }),
               runtime::get("/slow",
                            [](Request&, Context&) {
                                return Response{.body = runtime::Deferred([](const runtime::Respond&) {})};
                            }),
               runtime::get("/held",
                            [this](Request&, Context&) {
                                return Response{.body = runtime::Deferred([this](runtime::Respond respond) {
                                                    held_ = std::move(respond);
                                                    holding_.count_down();
                                                })};
                            }),
               {.method = "POST", .pattern = "/echo", .handler = [](Request& request, Context&) {
                    Response response = text(request.body);
                    response.headers.set("X-Seen", std::string(request.headers.find("X-Mine").value_or("")));
                    return response;
                }}});
    }
    base::Result<runtime::ClientResponse> fetch(ClientRequest request) {
        return fetch_and_wait(*client_, std::move(request));
    }
};

TEST_F(HttpClientTest, SendsAndReceives) {
    start();
    const auto answer = fetch({.method = "POST", .url = url("/echo"), .headers = {{"X-Mine", "1"}}, .body = "body"});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->headers.find("x-seen"), "1");
    EXPECT_EQ(answer->body, "body");
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
    start();
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(fetch({.url = url("/hello")}));
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpClientTest, RepeatsOnAFreshConnectionWhenAKeptOneHasEnded) {
    options_.limits.idle_time = 50ms;
    start();
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(fetch({.url = url("/hello")}));
        std::this_thread::sleep_for(i % 2 == 0 ? 50ms : 70ms);
    }
}

TEST_F(HttpClientTest, FollowsNoRedirects) {
    start();
    const auto answer = fetch({.url = url("/moved")});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 302);
    EXPECT_EQ(answer->headers.find("location"), "/hello");
}

TEST_F(HttpClientTest, KeepsItsDeadlineAndItsLimits) {
    start();
    const auto begun = clock_.now();
    const auto late = fetch({.url = url("/slow"), .timeout = 100ms});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, ErrorCode::deadline_exceeded);
    EXPECT_LT(clock_.now() - begun, 5s);
    const auto large =
        fetch({.method = "POST", .url = url("/echo"), .body = std::string(1000, 'x'), .most_answer_bytes = 999});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, ErrorCode::body_too_large);
    EXPECT_EQ(fetch({.url = "ftp://h/"}).error().code, ErrorCode::invalid_argument);
}

TEST_F(HttpClientTest, SaysThatNobodyIsThere) {
    start();
    const std::string nobody = url("/");
    server_.reset();
    EXPECT_EQ(fetch({.url = nobody}).error().code, ErrorCode::unavailable);
    EXPECT_EQ(fetch({.url = "http://name.invalid/"}).error().code, ErrorCode::unavailable);
}

TEST_F(HttpClientTest, DistrustsItsPeer) {
    RawPeer garbage("this is not HTTP\r\n\r\n");
    EXPECT_EQ(fetch({.url = garbage.url()}).error().code, ErrorCode::request_malformed);
    RawPeer cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_EQ(fetch({.url = cut.url()}).error().code, ErrorCode::request_malformed);
    RawPeer endless("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'));
    EXPECT_EQ(fetch({.url = endless.url()}).error().code, ErrorCode::header_too_large);
    RawPeer silent("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true);
    EXPECT_EQ(fetch({.url = silent.url(), .timeout = 100ms}).error().code, ErrorCode::deadline_exceeded);
    RawPeer interim("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    EXPECT_EQ(fetch({.url = interim.url()})->body, "ok");
    RawPeer closing("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    EXPECT_EQ(fetch({.url = closing.url()})->body, "until the end");
}

TEST_F(HttpClientTest, DoesNotRepeatWhatMayHaveHadAnEffect) {
    RawPeer peer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(fetch({.method = "POST", .url = peer.url(), .body = "1"}));
    (void)fetch({.method = "POST", .url = peer.url(), .body = "2"});
    EXPECT_LE(peer.connections(), 2);
}

TEST_F(HttpClientTest, TheGuardSeesTheAddressItself) {
    start();
    runtime::HttpClientOptions options;
    options.guard = runtime::refuse_private_address;
    const auto guarded = runtime::make_http_client(network_, options).value();
    for (const std::string& target : {url("/hello"), "http://localhost:" + std::to_string(server_->port()) + "/hello",
                                      "http://[::1]:" + std::to_string(server_->port()) + "/hello"}) {
        const auto refused = fetch_and_wait(*guarded, {.url = target});
        ASSERT_FALSE(refused) << target;
        EXPECT_EQ(refused.error().code, ErrorCode::address_refused) << target << ": " << refused.error().message;
    }
    EXPECT_EQ(server_->connections(), 0U) << "not even a connection";
}

TEST_F(HttpClientTest, BoundsWhatRunsAtOnce) {
    start();
    const auto narrow = runtime::make_http_client(network_, {.most_requests = 1}).value();
    std::latch done(1);
    narrow->fetch({.url = url("/held")}, [&](const auto&) { done.count_down(); });
    holding_.wait();
    EXPECT_EQ(fetch_and_wait(*narrow, {.url = url("/hello")}).error().code, ErrorCode::overloaded);
    held_(text("now"));
    done.wait();
    EXPECT_TRUE(fetch_and_wait(*narrow, {.url = url("/hello")}));
}

TEST_F(HttpClientTest, ItsEndCutsWhatRuns) {
    start();
    std::optional<ErrorCode> code;
    client_->fetch({.url = url("/slow")},
                   [&](const auto& result) { code = result ? ErrorCode::internal : result.error().code; });
    ASSERT_TRUE(runtime::eventually([&] { return server_->connections() == 1; }));
    client_.reset();
    EXPECT_EQ(code, ErrorCode::cancelled);
}

TEST_F(HttpClientTest, ServesManyAtOnce) {
    start();
    std::latch done(200);
    std::atomic<int> right = 0;
    for (int i = 0; i < 200; ++i) {
        client_->fetch({.method = "POST", .url = url("/echo"), .body = std::to_string(i)}, [&, i](const auto& answer) {
            if (answer && answer->body == std::to_string(i)) ++right;
            done.count_down();
        });
    }
    done.wait();
    EXPECT_EQ(right, 200);
}

}  // namespace
