#include <latch>

#include "runtime/http_testing.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::Context;
using runtime::RawClient;
using runtime::Request;
using runtime::text;

class HttpLimitsTest : public runtime::HttpTest {
  protected:
    std::latch begun_{1};
    std::latch release_{1};
    void start() {
        options_.limits.header_bytes = 2000;
        serve({runtime::get("/hello", [](Request&, Context&) { return text("hello"); }),
               runtime::get("/slow",
                            [this](Request&, Context&) {
                                begun_.count_down();
                                release_.wait();
                                return text("at last");
                            }),
               {.method = "POST",
                .pattern = "/echo",
                .handler = [](Request& request, Context&) { return text(request.body); },
                .limits = {.body_bytes = 1000}}});
    }
};

TEST_F(HttpLimitsTest, RefusesALargeHeader) {
    start();
    const std::string answer = exchange("GET /hello HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'x') + "\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
    EXPECT_TRUE(
        exchange("GET /" + std::string(5000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 431 "));
}

TEST_F(HttpLimitsTest, ItsOwnAnswersCarryWhatAllAnswersCarry) {
    options_.answer_headers = [](const Request& request) {
        return runtime::Headers{{"X-Always", "yes"},
                                {"X-Origin", std::string(request.headers.find("Origin").value_or("none"))}};
    };
    start();
    const std::string large = exchange("POST /echo HTTP/1.1\r\nHost: h\r\nOrigin: o\r\nContent-Length: 1001\r\n\r\n" +
                                       std::string(1001, 'x'));
    EXPECT_TRUE(large.starts_with("HTTP/1.1 413 ")) << large;
    EXPECT_TRUE(large.contains("X-Always: yes\r\n") && large.contains("X-Origin: o\r\n")) << large;
    const std::string broken = exchange("GET\r\n\r\n");
    EXPECT_TRUE(broken.starts_with("HTTP/1.1 400 ")) << broken;
    EXPECT_TRUE(broken.contains("X-Always: yes\r\n") && broken.contains("X-Origin: none\r\n")) << broken;
    const std::string good = exchange("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(good.starts_with("HTTP/1.1 200 ")) << good;
    EXPECT_TRUE(good.contains("X-Always: yes\r\n")) << good;
}

TEST_F(HttpLimitsTest, RefusesALargeBodyBeforeAndWhileItComes) {
    start();
    const std::string declared =
        exchange("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'));
    EXPECT_TRUE(declared.starts_with("HTTP/1.1 413 ")) << declared;
    EXPECT_NE(declared.find("Connection: close"), std::string::npos);
    std::string chunks;
    for (int i = 0; i < 100; ++i)
        chunks += "14\r\n" + std::string(20, 'x') + "\r\n";
    EXPECT_TRUE(exchange("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
                    .starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpLimitsTest, AnswersEvenWhoIsStillSending) {
    start();
    RawClient client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
    const std::string piece(100'000, 'x');
    for (int i = 0; i < 5; ++i)
        client.send(piece);
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpLimitsTest, EndsASlowHeader) {
    options_.limits.header_time = 150ms;
    start();
    RawClient client = connect();
    for (const char byte : std::string_view("GET /hello HT")) {
        client.send({&byte, 1});
        std::this_thread::sleep_for(20ms);
    }
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(client.ended());
}

TEST_F(HttpLimitsTest, EndsASlowBodyThoughItKeepsComing) {
    options_.limits.body_grace = 200ms;
    start();
    RawClient client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 900\r\n\r\n");
    bool taken = true;
    for (int i = 0; i < 100 && taken; ++i) {
        taken = client.send("x");
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 408 "));
}

TEST_F(HttpLimitsTest, ClosesIdleConnectionsWithoutAWord) {
    options_.limits.idle_time = 100ms;
    start();
    RawClient client = connect();
    EXPECT_TRUE(client.ended());
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_TRUE(runtime::eventually([&] { return server_->connections() == 0; }));
}

TEST_F(HttpLimitsTest, TakesSoManyConnections) {
    options_.limits.connections = 2;
    start();
    RawClient first = connect();
    RawClient second = connect();
    ASSERT_TRUE(runtime::eventually([&] { return server_->connections() == 2; }));
    RawClient third = connect();
    EXPECT_TRUE(third.read_to_end().starts_with("HTTP/1.1 503 "));
    first.close();
    ASSERT_TRUE(runtime::eventually([&] { return server_->connections() == 1; }));
    RawClient fourth = connect();
    fourth.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(fourth.read_answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(HttpLimitsTest, RefusesWorkWhenTheQueueIsFull) {
    worker_limits_ = {.workers = 1, .waiting_tasks = 1};
    start();
    RawClient busy = connect();
    busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    begun_.wait();
    RawClient waiting = connect();
    waiting.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(runtime::eventually([&] { return pool_->waiting() == 1; }));
    const std::string refused = exchange("GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 ")) << refused;
    EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos);
    EXPECT_NE(refused.find(R"("code": "overloaded")"), std::string::npos);
    release_.count_down();
    EXPECT_TRUE(busy.read_answer().ends_with("at last"));
    EXPECT_TRUE(waiting.read_answer().ends_with("hello"));
}

TEST_F(HttpLimitsTest, BoundsTheBodiesOfAllConnectionsTogether) {
    options_.limits.waiting_body_bytes = 1500;
    start();
    const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n";
    EXPECT_TRUE(runtime::eventually([&] {
        RawClient first = connect();
        first.send(head + std::string(900, 'x'));
        RawClient second = connect();
        second.send(head + std::string(1000, 'y'));
        if (!second.read_answer().starts_with("HTTP/1.1 503 ")) return false;  // it overtook the first: once more
        first.send(std::string(100, 'x'));
        return first.read_answer().starts_with("HTTP/1.1 200 ");
    }));
}

TEST_F(HttpLimitsTest, DrainsWhatRunsAndRefusesTheRest) {
    start();
    RawClient idle = connect();
    RawClient busy = connect();
    busy.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    begun_.wait();
    const auto port = server_->port();
    std::thread stopping([&] { server_->stop(20s); });
    EXPECT_TRUE(idle.ended()) << "who waits for nothing is closed at once";
    EXPECT_TRUE(runtime::eventually([&] { return !RawClient(port).connected(); }));
    release_.count_down();
    const std::string answer = busy.read_answer();
    EXPECT_TRUE(answer.ends_with("at last"));
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_TRUE(busy.ended());
    busy.close();
    stopping.join();
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpLimitsTest, CutsWhatDoesNotFinishInTime) {
    start();
    RawClient stuck = connect();
    stuck.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n");
    std::this_thread::sleep_for(50ms);
    const auto begun = clock_.now();
    server_->stop(100ms);
    EXPECT_LT(clock_.now() - begun, 5s);
    EXPECT_TRUE(stuck.ended());
    release_.count_down();
}

}  // namespace
