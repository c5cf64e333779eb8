// The door over real sockets: bodies and answers stream through to the services, limits hold, fields are put in.
#include <gtest/gtest.h>

#include "flow/requests.hpp"
#include "flow/test_platform.hpp"
#include "runtime/http_testing.hpp"
#include "services/gateway/gateway.hpp"

namespace {

using runtime::Context;
using runtime::LocalService;
using runtime::RawClient;
using runtime::Request;
using runtime::Response;

// Counts the bytes of a body as they come, for whoever sends them.
class Counting final : public runtime::BodySink {
  public:
    explicit Counting(std::string who) : who_(std::move(who)) {}
    std::optional<Response> write(std::span<const std::byte> chunk) override {
        size_ += chunk.size();
        return std::nullopt;
    }
    Response finish() override { return runtime::text(who_ + " sent " + std::to_string(size_)); }

  private:
    std::string who_;
    std::size_t size_ = 0;
};

std::string name_of(const Context& context) {
    const auto who = model::parse_principal(context.principal);
    return who ? who->id : "nobody";
}

Response authenticate(Request& request, Context& context) {
    if (request.body != R"({"token":"good"})")
        return flow::answer(base::fail(base::ErrorCode::unauthenticated, "the key is not valid"), context);
    const model::Principal ada{model::PrincipalKind::api_key, "acme", "ada", {model::Role::member}, {"*"}};
    return flow::json_response(200, base::JsonObject{{"principal", model::to_text(ada)}});
}

runtime::Router auth_router() {
    return runtime::Router(
        {{.method = "POST", .pattern = "/internal/authenticate", .handler = authenticate, .anonymous = true}});
}

runtime::Router upload_router() {
    return runtime::Router({{.method = "*",
                             .pattern = "/{rest...}",
                             .open_handler = [](Request&, Context& context) -> runtime::Opening {
                                 return std::make_unique<Counting>(name_of(context));
                             },
                             .limits = {.body_bytes = 100'000'000}}});
}

runtime::Router session_router() {
    return runtime::Router({{.method = "*", .pattern = "/{rest...}", .handler = [](Request& request, Context& context) {
                                 return runtime::text(name_of(context) + " asks " + request.method);
                             }}});
}

// Each test runs twice: with upload in the gateway's process and in one of its own behind a socket.
class GatewayOverSockets : public runtime::HttpTest, public testing::WithParamInterface<bool> {
  protected:
    // Lends the cache and the options; the mesh, the time and the sockets are real.
    flow::TestPlatform lender_{{gateway::service()}, 1, {{"gateway.upload_bytes", "3MiB"}}};
    runtime::WorkerPool inner_pool_{{.workers = 2}};
    runtime::Router auth_ = auth_router();
    runtime::Router upload_ = upload_router();
    runtime::Router session_ = session_router();
    runtime::Mesh upload_mesh_{{.keys = {"key"}}, clock_, random_, client_.get()};
    std::unique_ptr<runtime::HttpServer> upload_server_;

    void SetUp() override {
        mesh_.add("auth", LocalService{&auth_, &inner_pool_});
        mesh_.add("session", LocalService{&session_, &inner_pool_});
        upload_mesh_.add("upload", LocalService{&upload_, &inner_pool_});
        upload_server_ =
            runtime::HttpServer::start({.takes_mesh = true}, {network_, upload_mesh_, clock_, log_, metrics_}).value();
        if (GetParam()) {
            mesh_.add("upload", LocalService{&upload_, &inner_pool_});
        } else {
            mesh_.add("upload", runtime::RemoteService{"http://127.0.0.1:" + std::to_string(upload_server_->port())});
        }
        serve(gateway::service({.ready = {}, .metrics = [] { return "m 1\n"; }}).make(platform())->routes);
    }
    void TearDown() override {
        server_.reset();
        upload_server_.reset();
    }
    flow::Platform platform() {
        const flow::Platform& lent = lender_.platform();
        return {clock_,     random_, lent.ids, lent.executor, lent.work_executor, lent.database,  lent.blobs, lent.bus,
                lent.cache, mesh_,   log_,     metrics_,      lent.config,        lent.committed, "gateway-1"};
    }
    std::string send(const std::string& head, const std::string& body = "") {
        RawClient client = connect();
        client.send(head + "Host: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        return client.read_answer();
    }
};

TEST_P(GatewayOverSockets, StreamsAVideoThroughToUploadAndDressesItsAnswer) {
    const std::string answer = send(
        "POST /v1/sessions HTTP/1.1\r\nAuthorization: Bearer good\r\nX-Correlation-Id: c7\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n",
        std::string(2'500'000, 'v'));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    EXPECT_TRUE(answer.ends_with("ada sent 2500000")) << answer;
    for (const char* field : {"X-Correlation-Id: c7\r\n", "RateLimit-Remaining: 5999\r\n",
                              "Cache-Control: no-store\r\n", "X-Content-Type-Options: nosniff\r\n"}) {
        EXPECT_NE(answer.find(field), std::string::npos) << field << answer;
    }
}

TEST_P(GatewayOverSockets, HoldsTheLimitsOfItsTable) {
    const std::string key = "Authorization: Bearer good\r\n";
    EXPECT_TRUE(send("PUT /v1/sessions/7/video HTTP/1.1\r\n" + key, std::string((3U << 20U) + 1, 'v'))
                    .starts_with("HTTP/1.1 413 "));
    EXPECT_TRUE(send("PATCH /v1/sessions/7 HTTP/1.1\r\n" + key, std::string((1U << 20U) + 1, 'v'))
                    .starts_with("HTTP/1.1 413 "));
    EXPECT_TRUE(send("PATCH /v1/sessions/7 HTTP/1.1\r\n" + key, std::string(100, 'v')).starts_with("HTTP/1.1 200 "));
}

TEST_P(GatewayOverSockets, ForgedFieldsOfTheMeshAreNothing) {
    const std::string answer =
        send("GET /v1/sessions HTTP/1.1\r\nMesh-Service: session\r\nMesh-Principal: me\r\nMesh-Time-Left-Ms: 1000\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << answer;
    EXPECT_NE(answer.find("WWW-Authenticate: Bearer\r\n"), std::string::npos);
}

TEST_P(GatewayOverSockets, ProbesNeedNoKey) {
    EXPECT_TRUE(send("GET /healthz HTTP/1.1\r\n").ends_with("alive\n"));
    EXPECT_TRUE(send("GET /readyz HTTP/1.1\r\n").ends_with("ready\n"));
    EXPECT_TRUE(send("GET /metrics HTTP/1.1\r\n").ends_with("m 1\n")) << "the peer is this machine";
    RawClient client = connect();
    client.send("HEAD /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
    EXPECT_TRUE(send("GET /v1/nothing HTTP/1.1\r\n").starts_with("HTTP/1.1 404 "));
    EXPECT_TRUE(send("DELETE /v1/sessions HTTP/1.1\r\n").starts_with("HTTP/1.1 405 "));
}

INSTANTIATE_TEST_SUITE_P(Places, GatewayOverSockets, testing::Bool(),
                         [](const auto& place) { return place.param ? "InOneProcess" : "InTwo"; });

}  // namespace
