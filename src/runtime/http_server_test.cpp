#include "runtime/http_testing.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::Context;
using runtime::RawClient;
using runtime::Request;
using runtime::Response;
using runtime::Route;
using runtime::text;

constexpr std::string_view get_hello = "GET /hello?n=1 HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view get_and_close = "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

class HttpServerTest : public runtime::HttpTest {
  protected:
    std::vector<Route> routes() {
        return {
            runtime::get("/hello",
                         [](Request& request, Context&) {
                             return text("hello " + std::string(request.query_parameter("n").value_or("-")));
                         }),
            runtime::get(
                "/who",
                [](Request&, Context& context) { return text(context.correlation_id + " " + context.trace.trace_id); }),
            runtime::get("/throws", [](Request&, Context&) -> Response { throw std::runtime_error("secret detail"); }),
            runtime::get("/empty", [](Request&, Context&) { return Response{.status = 204}; }),
            {.method = "POST",
             .pattern = "/echo",
             .handler = [](Request& request, Context&) { return text(request.body); },
             .limits = {.body_bytes = 100'000}}};
    }
    void SetUp() override { serve(routes()); }
};

TEST_F(HttpServerTest, AnswersSeveralRequestsOnOneConnection) {
    RawClient client = connect();
    for (int i = 0; i < 3; ++i) {
        client.send(get_hello);
        const std::string answer = client.read_answer();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")) << answer;
        EXPECT_TRUE(answer.ends_with("\r\n\r\nhello 1")) << answer;
    }
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInTheirOrder) {
    RawClient client = connect();
    std::string wire;
    for (int i = 0; i < 50; ++i)
        wire += "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
    client.send(wire);
    for (int i = 0; i < 50; ++i)
        EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n" + std::to_string(100 + i)));
}

TEST_F(HttpServerTest, ClosesWhenAskedAndForOldClients) {
    EXPECT_NE(exchange(get_and_close).find("Connection: close\r\n"), std::string::npos);
    EXPECT_TRUE(exchange("GET /hello HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nhello -"));
}

TEST_F(HttpServerTest, AnswersHeadWithoutABody) {
    RawClient client = connect();
    client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 7"), std::string::npos);
    client.send(get_hello);
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 200")) << "no body came between";
}

TEST_F(HttpServerTest, SendsNoBodyAndNoLengthWith204) {
    RawClient client = connect();
    client.send("GET /empty HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n").find("Content-Length"), std::string::npos);
    client.send(get_hello);
    EXPECT_TRUE(client.read_answer().ends_with("hello 1"));
}

TEST_F(HttpServerTest, TakesBodiesInOnePieceOrInChunks) {
    RawClient client = connect();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: "
        "v\r\n\r\n");
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\nabcde"));
    const std::string large(100'000, 'x');
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + large);
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n" + large));
}

TEST_F(HttpServerTest, AsksForTheBodyOfWhoWaitsForThat) {
    RawClient client = connect();
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\nabc"));
    client.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 413 ")) << "without asking for it";
    EXPECT_TRUE(exchange("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: tea\r\n\r\n")
                    .starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, GivesEachRequestItsIdAndTrace) {
    RawClient client = connect();
    client.send(
        "GET /who HTTP/1.1\r\nHost: h\r\nX-Correlation-Id: abc-1\r\ntraceparent: "
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_NE(answer.find("X-Correlation-Id: abc-1\r\n"), std::string::npos);
    EXPECT_TRUE(answer.ends_with("abc-1 0af7651916cd43dd8448eb211c80319c"));
    client.send("GET /who HTTP/1.1\r\nHost: h\r\nX-Correlation-Id: a b\r\n\r\n");
    EXPECT_EQ(client.read_answer().find("a b"), std::string::npos) << "an odd id is replaced";
}

TEST_F(HttpServerTest, RefusesWhatIsNotThereOrNotHttp) {
    const std::string missing = exchange("GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(missing.starts_with("HTTP/1.1 404 "));
    EXPECT_NE(missing.find(R"("code": "not_found")"), std::string::npos);
    EXPECT_NE(missing.find("Content-Type: application/problem+json\r\n"), std::string::npos);
    EXPECT_TRUE(
        exchange("DELETE /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 405 "));
    EXPECT_TRUE(exchange("GET /hello HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 ")) << "no host";
    EXPECT_TRUE(exchange("\x16\x03\x01 this is TLS\r\n\r\n").starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(exchange("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc")
                    .starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, KeepsAHandlersExceptionInside) {
    RawClient client = connect();
    client.send("GET /throws HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 "));
    EXPECT_EQ(answer.find("secret"), std::string::npos);
    client.send(get_hello);
    EXPECT_TRUE(client.read_answer().ends_with("hello 1")) << "and goes on";
}

TEST_F(HttpServerTest, CountsWhatItAnswers) {
    exchange(get_and_close);
    exchange(get_and_close);
    EXPECT_TRUE(runtime::eventually([&] {
        return metrics_.exposition().contains(
            "http_requests_total{service=\"gateway\",route=\"/hello\",status=\"200\"} 2\n");
    })) << metrics_.exposition();
    EXPECT_TRUE(runtime::eventually([&] { return metrics_.exposition().contains("http_connections 0\n"); }));
}

TEST_F(HttpServerTest, SaysThatAPortIsTaken) {
    options_.port = server_->port();
    const auto second = runtime::HttpServer::start(options_, parts());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, base::ErrorCode::unavailable);
    EXPECT_NE(second.error().message.find(std::to_string(options_.port)), std::string::npos);
}

TEST_F(HttpServerTest, ServesManyClientsAtOnce) {
    std::vector<std::thread> clients;
    std::atomic<int> right = 0;
    for (int c = 0; c < 8; ++c) {
        clients.emplace_back([&] {
            RawClient client = connect();
            for (int i = 0; i < 50; ++i) {
                client.send(get_hello);
                if (client.read_answer().ends_with("hello 1")) ++right;
            }
        });
    }
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(right, 400);
}

}  // namespace
