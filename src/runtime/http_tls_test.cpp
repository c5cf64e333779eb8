#include <cstdlib>
#include <filesystem>

#include "runtime/http_testing.hpp"
#include "runtime/process.hpp"

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using base::ErrorCode;
using runtime::Context;
using runtime::fetch_and_wait;
using runtime::Request;
using runtime::text;

class HttpTlsTest : public runtime::HttpTest {
  protected:
    // Of this process alone: ctest runs each test in one of its own, side by side.
    static inline fs::path folder_ = fs::path(testing::TempDir()) / ("http_tls_test." + std::to_string(getpid()));

    // A certificate of our own making for "localhost" and 127.0.0.1, which signs itself.
    static void SetUpTestSuite() {
        fs::create_directories(folder_);
        auto process = runtime::Process::start(
            {"/usr/bin/openssl",
             {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
              "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
              folder_ / "key.pem", "-out", folder_ / "certificate.pem"}});
        ASSERT_TRUE(process) << process.error().message;
        ASSERT_EQ(process->wait().code, 0);
    }
    static void TearDownTestSuite() { fs::remove_all(folder_); }

    void start() {
        options_.tls = runtime::ServerTls{folder_ / "certificate.pem", folder_ / "key.pem"};
        serve({runtime::get("/hello", [](Request&, Context&) { return text("hello"); }),
               {.method = "POST", .pattern = "/echo", .handler = [](Request& request, Context&) {
                    return text(request.body);
                }}});
    }
    std::unique_ptr<runtime::HttpClient> trusting() {
        return runtime::make_http_client(network_, {.tls = {folder_ / "certificate.pem"}}).value();
    }
    std::string secure(std::string_view host) {
        return "https://" + std::string(host) + ":" + std::to_string(server_->port());
    }
};

TEST_F(HttpTlsTest, SpeaksTlsBothWaysAndKeepsTheConnection) {
    start();
    const auto client = trusting();
    const std::string large(500'000, 'x');
    for (const std::string_view host : {"localhost", "127.0.0.1"}) {
        const auto answer = fetch_and_wait(*client, {.url = secure(host) + "/hello"});
        ASSERT_TRUE(answer) << answer.error().message;
        EXPECT_EQ(answer->body, "hello");
        const auto echoed = fetch_and_wait(*client, {.method = "POST", .url = secure(host) + "/echo", .body = large});
        ASSERT_TRUE(echoed) << echoed.error().message;
        EXPECT_EQ(echoed->body, large);
    }
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpTlsTest, TrustsNobodyWithoutAReason) {
    start();
    const auto stranger = fetch_and_wait(*client_, {.url = secure("localhost") + "/hello"});
    ASSERT_FALSE(stranger) << "a certificate that nobody vouches for";
    EXPECT_EQ(stranger.error().code, ErrorCode::unavailable);
    const auto client = trusting();
    EXPECT_FALSE(fetch_and_wait(*client, {.url = secure("127.0.0.2") + "/hello"})) << "a certificate of another name";
}

TEST_F(HttpTlsTest, TalksToNobodyInTheClear) {
    options_.limits.header_time = 200ms;
    start();
    EXPECT_EQ(exchange("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n").find("hello"), std::string::npos);
    EXPECT_EQ(exchange("").find("HTTP"), std::string::npos) << "and waits for no handshake for ever";
}

TEST_F(HttpTlsTest, SaysWhichFileIsWrong) {
    options_.tls = runtime::ServerTls{folder_ / "certificate.pem", folder_ / "missing.pem"};
    const auto started = runtime::HttpServer::start(options_, parts());
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code, ErrorCode::configuration_invalid);
    EXPECT_NE(started.error().message.find("missing.pem"), std::string::npos);
}

}  // namespace
