#include "runtime/mesh.hpp"

#include <future>

#include "runtime/http_testing.hpp"

namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using runtime::BodySink;
using runtime::Context;
using runtime::Forward;
using runtime::LocalService;
using runtime::Mesh;
using runtime::Opening;
using runtime::RawClient;
using runtime::RemoteService;
using runtime::Request;
using runtime::Response;
using runtime::Route;
using runtime::Router;
using runtime::text;

class CollectingSink final : public BodySink {
  public:
    std::optional<Response> write(std::span<const std::byte> chunk) override {
        size_bytes_ += chunk.size();
        return std::nullopt;
    }
    Response finish() override { return text(std::to_string(size_bytes_)); }

  private:
    std::size_t size_bytes_ = 0;
};

class Countdown final : public runtime::EventSource {
  public:
    base::Result<runtime::SseBatch> next(std::size_t) override {
        return runtime::SseBatch{.events = {{std::to_string(left_), "", "x"}}, .more = true, .last = --left_ == 0};
    }

  private:
    int left_ = 3;
};

std::string telling(const Context& context) {
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(context.deadline - runtime::SystemClock().now());
    return context.principal + "|" + context.correlation_id + "|" + context.trace.trace_id + "|" + context.position +
           "|" + std::to_string(left.count() / 10);
}

Router session_routes() {
    std::vector<Route> routes;
    routes.push_back(runtime::get("/context", [](Request&, Context& context) { return text(telling(context)); }));
    routes.push_back(runtime::get("/stream", [](Request&, Context&) {
        return Response{.body = runtime::Subscription{std::make_unique<Countdown>(), nullptr}};
    }));
    routes.push_back(runtime::get("/later", [](Request&, Context&) {
        return Response{.body = runtime::Deferred([](const runtime::Respond& respond) { respond(text("later")); })};
    }));
    Route probe = runtime::get("/probe", [](Request&, Context&) { return text("alive"); });
    probe.anonymous = true;
    routes.push_back(std::move(probe));
    routes.push_back({.method = "POST",
                      .pattern = "/upload",
                      .open_handler = [](Request&, Context&) -> Opening { return std::make_unique<CollectingSink>(); },
                      .limits = {.body_bytes = 50'000'000}});
    routes.push_back({.method = "POST",
                      .pattern = "/echo",
                      .handler = [](Request& request, Context&) { return text(request.body); },
                      .limits = {.body_bytes = 1000}});
    return Router(std::move(routes));
}

Router gateway_routes() {
    const auto forward = [](Request& request, Context& context) -> Opening {
        context.principal = std::string(request.headers.find("Authorization").value_or(""));
        request.headers.remove("Authorization");
        request.target.erase(0, 8);  // "/session"
        return Forward{"session", {{"X-Door", "passed"}, {"Content-Type", "never/this"}}};
    };
    return Router({{.method = "*",
                    .pattern = "/session/{rest...}",
                    .open_handler = forward,
                    .limits = {.body_bytes = 20'000'000}}});
}

// Everything here runs twice: with the session service in the gateway's process, and in one of its own behind a socket.
class MeshTest : public runtime::HttpTest, public testing::WithParamInterface<bool> {
  protected:
    runtime::WorkerPool session_pool_{{.workers = 2}};
    Router session_router_ = session_routes();
    Mesh session_mesh_{{.keys = {"key"}}, clock_, random_, client_.get()};
    std::unique_ptr<runtime::HttpServer> session_server_;
    Context context_;

    void SetUp() override {
        session_mesh_.add("session", LocalService{&session_router_, &session_pool_});
        session_server_ =
            runtime::HttpServer::start({.takes_mesh = true}, {network_, session_mesh_, clock_, log_, metrics_}).value();
        if (GetParam()) {
            mesh_.add("session", RemoteService{"http://127.0.0.1:" + std::to_string(session_server_->port())});
        } else {
            mesh_.add("session", LocalService{&session_router_, &session_pool_});
        }
        pool_ = std::make_unique<runtime::WorkerPool>(worker_limits_);
        router_ = std::make_unique<Router>(gateway_routes());
        mesh_.add("gateway", LocalService{router_.get(), pool_.get()});
        server_ = runtime::HttpServer::start(options_, parts()).value();
        context_ = mesh_.new_context({});
        context_.principal = "tenant=t1";
        context_.position = "42";
        context_.deadline = clock_.now() + 25s;
    }
    std::string body_of(Request request) {
        const auto answer = mesh_.call("session", std::move(request), context_);
        return answer ? std::to_string(answer->status) + " " + answer->body
                      : std::string(base::code_name(answer.error().code));
    }
};

INSTANTIATE_TEST_SUITE_P(Places, MeshTest, testing::Bool(),
                         [](const auto& place) { return place.param ? "Remote" : "Local"; });

TEST_P(MeshTest, CarriesTheContext) {
    EXPECT_EQ(body_of({.target = "/context"}),
              "200 tenant=t1|" + context_.correlation_id + "|" + context_.trace.trace_id + "|42|2");
}

TEST_P(MeshTest, AnswersWhole) {
    EXPECT_EQ(body_of({.target = "/later"}), "200 later");
    EXPECT_EQ(body_of({.method = "POST", .target = "/upload", .body = std::string(200'000, 'x')}), "200 200000");
    EXPECT_EQ(body_of({.method = "POST", .target = "/echo", .body = "abc"}), "200 abc");
    EXPECT_TRUE(body_of({.method = "POST", .target = "/echo", .body = std::string(1001, 'x')}).starts_with("413 "));
    EXPECT_TRUE(body_of({.target = "/nothing"}).starts_with("404 "));
    EXPECT_TRUE(body_of({.method = "PUT", .target = "/echo"}).starts_with("405 "));
}

TEST_P(MeshTest, RefusesWhoIsNotNamed) {
    context_.principal.clear();
    EXPECT_TRUE(body_of({.target = "/context"}).starts_with("401 "));
    EXPECT_EQ(body_of({.target = "/probe"}), "200 alive");
}

TEST_P(MeshTest, DoesNotAskWhenTheTimeIsOver) {
    context_.deadline = clock_.now() - 1s;
    const std::string answer = body_of({.target = "/context"});
    EXPECT_TRUE(answer == "deadline_exceeded" || answer.starts_with("504 ")) << answer;
}

TEST_P(MeshTest, CallsWithoutWaiting) {
    std::promise<std::string> answer;
    mesh_.call("session", {.target = "/later"}, context_,
               [&](const auto& result) { answer.set_value(result ? result->body : "error"); });
    EXPECT_EQ(answer.get_future().get(), "later");
}

TEST_P(MeshTest, SaysThatNobodyServesIt) {
    EXPECT_EQ(mesh_.call("nobody", {}, context_).error().code, ErrorCode::unavailable);
}

TEST_P(MeshTest, TheGatewayForwardsRequests) {
    RawClient client = connect();
    client.send(
        "GET /session/context HTTP/1.1\r\nHost: h\r\nAuthorization: me\r\nX-Correlation-Id: c7\r\nMesh-Principal: "
        "forged\r\nMesh-Position: 9\r\n\r\n");
    const std::string answer = client.read_answer();
    EXPECT_NE(answer.find("\r\n\r\nme|c7|"), std::string::npos) << answer;
    EXPECT_NE(answer.find("X-Door: passed\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("never/this"), std::string::npos) << "the service's own word stands: " << answer;
    EXPECT_TRUE(answer.ends_with("||2")) << "no position from outside, and the time of the route: " << answer;
    client.send("GET /session/context HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 401 "));
}

TEST_P(MeshTest, TheGatewayForwardsBodiesAsTheyCome) {
    RawClient client = connect();
    const std::string part(1'000'000, 'x');
    client.send("POST /session/upload HTTP/1.1\r\nHost: h\r\nAuthorization: me\r\nContent-Length: 10000000\r\n\r\n");
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(client.send(part));
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n10000000"));
    client.send(
        "POST /session/upload HTTP/1.1\r\nHost: h\r\nAuthorization: me\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n3"));
    client.send("POST /session/echo HTTP/1.1\r\nHost: h\r\nAuthorization: me\r\nContent-Length: 1001\r\n\r\n" +
                std::string(1001, 'x'));
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 413 "));
}

TEST_P(MeshTest, TheGatewayForwardsEventStreams) {
    RawClient client = connect();
    client.send("GET /session/stream HTTP/1.1\r\nHost: h\r\nAuthorization: me\r\n\r\n");
    const std::string answer = client.read_until("0\r\n\r\n");
    for (const std::string_view id : {"id: 3\n", "id: 2\n", "id: 1\n"})
        EXPECT_NE(answer.find(id), std::string::npos) << answer;
}

TEST_P(MeshTest, AServiceGoneIsAProblemDocument) {
    session_server_.reset();
    RawClient client = connect();
    client.send("GET /session/context HTTP/1.1\r\nHost: h\r\nAuthorization: me\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with(GetParam() ? "HTTP/1.1 503 " : "HTTP/1.1 200 "));
}

TEST_P(MeshTest, TheInnerDoorServesTheMeshOnly) {
    RawClient client(session_server_->port());
    client.send("GET /context HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 401 "));
    client.send(
        "GET /context HTTP/1.1\r\nHost: h\r\nMesh-Service: session\r\nMesh-Time-Left-Ms: 1000\r\nMesh-Principal: "
        "v1.YQ.session.99999999999.YQ\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 401 ")) << "a forged token";
}

TEST(MeshSeal, IsForOneServiceAndNotForEver) {
    runtime::SystemClock clock;
    runtime::SystemRandom random;
    const Mesh mesh({.keys = {"key"}}, clock, random, nullptr);
    const Mesh other({.keys = {"another"}}, clock, random, nullptr);
    Context context = mesh.new_context({});
    context.principal = "me";
    Request request;
    mesh.seal("session", request, context);
    Request copy = request;
    EXPECT_EQ(mesh.unseal("upload", copy).error().code, ErrorCode::unauthenticated);
    copy = request;
    EXPECT_EQ(other.unseal("session", copy).error().code, ErrorCode::unauthenticated);
    copy = request;
    EXPECT_EQ(mesh.unseal("session", copy)->principal, "me");
    EXPECT_FALSE(copy.headers.find("Mesh-Principal")) << "the handler does not see the token";
    request.headers.remove("Mesh-Time-Left-Ms");
    EXPECT_FALSE(mesh.unseal("session", request)) << "who says no deadline did not come through the mesh";
}

}  // namespace
