#include <algorithm>
#include <latch>

#include "runtime/http_testing.hpp"

namespace {

using namespace std::chrono_literals;
using runtime::BodySink;
using runtime::Context;
using runtime::Opening;
using runtime::RawClient;
using runtime::Request;
using runtime::Response;
using runtime::Route;
using runtime::SseBatch;
using runtime::text;

// What became of the uploads and streams of a test.
struct Seen {
    std::atomic<std::size_t> taken_bytes = 0;
    std::atomic<int> finished = 0;
    std::atomic<int> abandoned = 0;
    std::atomic<std::size_t> largest_chunk = 0;
    std::atomic<bool> hold = false;
    std::atomic<bool> disk_breaks = false;
};

class CountingSink final : public BodySink {
  public:
    explicit CountingSink(Seen& seen) : seen_(seen) {}
    ~CountingSink() override {
        if (!done_) ++seen_.abandoned;
    }
    std::optional<Response> write(std::span<const std::byte> chunk) override {
        while (seen_.hold)
            std::this_thread::sleep_for(1ms);
        seen_.taken_bytes += chunk.size();
        seen_.largest_chunk = std::max(seen_.largest_chunk.load(), chunk.size());
        if (chunk[0] != std::byte{'!'}) return std::nullopt;
        done_ = true;
        return runtime::bytes_response(409, "text/plain", "enough");
    }
    Response finish() override {
        done_ = true;
        ++seen_.finished;
        return text(std::to_string(seen_.taken_bytes));
    }

  private:
    Seen& seen_;
    bool done_ = false;
};

class Zeros final : public runtime::BodySource {
  public:
    Zeros(std::size_t size_bytes, Seen& seen) : left_(size_bytes), seen_(seen) {}
    ~Zeros() override { ++seen_.abandoned; }
    base::Result<std::size_t> read(std::span<std::byte> buffer) override {
        const std::size_t size = std::min(buffer.size(), left_);
        if (size == 0 && seen_.disk_breaks) return base::fail(base::ErrorCode::internal, "the disk broke");
        std::fill_n(buffer.begin(), size, std::byte{'0'});
        left_ -= size;
        seen_.taken_bytes += size;
        return size;
    }

  private:
    std::size_t left_;
    Seen& seen_;
};

// Events 1, 2, 3, … up to a number that the test raises.
struct Feed {
    std::atomic<int> newest = 0;
    std::atomic<bool> closed = false;
    std::atomic<int> open = 0;
    std::shared_ptr<runtime::Signal> signal = std::make_shared<runtime::Signal>();
    void publish() {
        ++newest;
        signal->ring();
    }
};

class FeedSource final : public runtime::EventSource {
  public:
    FeedSource(Feed& feed, int after) : feed_(feed), last_(after) { ++feed_.open; }
    ~FeedSource() override { --feed_.open; }
    base::Result<SseBatch> next(std::size_t) override {
        SseBatch batch;
        for (int i = 0; i < 2 && last_ < feed_.newest; ++i) {
            ++last_;
            batch.events.push_back({std::to_string(last_), "tick", "n=" + std::to_string(last_)});
        }
        batch.more = last_ < feed_.newest;
        batch.last = feed_.closed;
        return batch;
    }

  private:
    Feed& feed_;
    int last_;
};

class HttpStreamTest : public runtime::HttpTest {
  protected:
    Seen seen_;
    Feed feed_;
    runtime::Respond late_;
    std::latch deferred_{1};

    Response events(Request& request) {
        const std::string after(request.headers.find("Last-Event-ID").value_or("0"));
        return {.body = runtime::Subscription{std::make_unique<FeedSource>(feed_, std::stoi(after)), feed_.signal}};
    }
    Response zeros(Request& request, bool sized) {
        const std::size_t size = std::stoul(std::string(request.path_parameter("size")));
        runtime::Stream stream{std::make_unique<Zeros>(size, seen_),
                               sized ? std::optional<std::uint64_t>(size) : std::nullopt};
        return {.headers = {{"Content-Type", "video/mp4"}}, .body = std::move(stream)};
    }
    Response later() {
        return {.body = runtime::Deferred([this](runtime::Respond respond) {
                    late_ = std::move(respond);
                    deferred_.count_down();
                })};
    }
    void start() {
        std::vector<Route> routes;
        routes.push_back(
            {.method = "POST",
             .pattern = "/upload",
             .open_handler = [this](Request&, Context&) -> Opening { return std::make_unique<CountingSink>(seen_); },
             .limits = {.body_bytes = std::uint64_t{1} << 30U}});
        routes.push_back(runtime::get("/events", [this](Request& request, Context&) { return events(request); }));
        routes.push_back(
            runtime::get("/zeros/{size}", [this](Request& request, Context&) { return zeros(request, true); }));
        routes.push_back(
            runtime::get("/chunks/{size}", [this](Request& request, Context&) { return zeros(request, false); }));
        routes.push_back(runtime::get("/later", [this](Request&, Context&) { return later(); }));
        Route soon = runtime::get("/soon", [this](Request&, Context&) { return later(); });
        soon.limits.time = 300ms;
        routes.push_back(std::move(soon));
        serve(std::move(routes));
    }
};

TEST_F(HttpStreamTest, HandsAnUploadOnInBoundedChunks) {
    start();
    RawClient client = connect();
    const std::string part(1'000'000, 'x');
    client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 10000000\r\n\r\n");
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(client.send(part));
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n10000000"));
    EXPECT_LE(seen_.largest_chunk, runtime::http_chunk_bytes);
    EXPECT_EQ(seen_.finished, 1);
    EXPECT_EQ(seen_.abandoned, 0);
}

TEST_F(HttpStreamTest, AnUploadGoesNoFasterThanItIsTaken) {
    start();
    seen_.hold = true;
    RawClient client = connect();
    client.send("POST /upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    std::string piece = "186A0\r\n" + std::string(100'000, 'x') + "\r\n";
    std::size_t sent_bytes = 0;
    for (int quiet = 0; quiet < 20 && sent_bytes < 200'000'000;) {
        const std::size_t size = client.send_some(piece);
        std::ranges::rotate(piece, piece.begin() + static_cast<std::ptrdiff_t>(size));
        sent_bytes += size;
        quiet = size == 0 ? quiet + 1 : 0;
        if (size == 0) std::this_thread::sleep_for(10ms);
    }
    EXPECT_LT(sent_bytes, 20'000'000U) << "only what the sockets hold";
    seen_.hold = false;
    const std::size_t rest = (piece.size() - sent_bytes % piece.size()) % piece.size();
    client.send(piece.substr(0, rest) + "0\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 200 "));
    EXPECT_EQ(seen_.taken_bytes, (sent_bytes + rest) / piece.size() * 100'000);
}

TEST_F(HttpStreamTest, TellsTheSinkWhenTheClientGoesAway) {
    start();
    RawClient client = connect();
    client.send("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
    ASSERT_TRUE(runtime::eventually([&] { return seen_.taken_bytes == 3; }));
    client.close();
    EXPECT_TRUE(runtime::eventually([&] { return seen_.abandoned == 1; }));
    EXPECT_EQ(seen_.finished, 0);
}

TEST_F(HttpStreamTest, ASinkMayEndTheUploadEarly) {
    start();
    const std::string answer = exchange("POST /upload HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n!bc");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 409 "));
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(seen_.finished, 0);
}

TEST_F(HttpStreamTest, StreamsAnAnswerOfKnownAndOfUnknownLength) {
    start();
    RawClient client = connect();
    client.send("GET /zeros/1000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n" + std::string(1'000'000, '0')));
    client.send("HEAD /zeros/1000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 1000000"), std::string::npos);
    client.send("GET /chunks/7 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_until("0000000\r\n").ends_with("\r\n\r\n7\r\n0000000\r\n"));
    EXPECT_EQ(exchange("GET /chunks/5 HTTP/1.0\r\n\r\n").find("chunked"), std::string::npos);
}

TEST_F(HttpStreamTest, CutsAnAnswerWhoseSourceFails) {
    start();
    seen_.disk_breaks = true;
    const std::string answer = exchange("GET /chunks/100000 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
    EXPECT_FALSE(answer.ends_with("0\r\n\r\n")) << "nobody may take it for whole";
}

TEST_F(HttpStreamTest, AnAnswerGoesNoFasterThanItIsTaken) {
    options_.limits.write_time = 300ms;
    start();
    RawClient client(server_->port(), 4096);
    client.send("GET /zeros/1000000000 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(runtime::eventually([&] { return seen_.abandoned == 1; })) << "who takes nothing is cut";
    EXPECT_LT(seen_.taken_bytes, 20'000'000U);
}

TEST_F(HttpStreamTest, SendsEventsAsTheyComeAndReplaysFromTheLastId) {
    start();
    feed_.newest = 5;
    RawClient client = connect();
    client.send("GET /events HTTP/1.1\r\nHost: h\r\nLast-Event-ID: 2\r\n\r\n");
    const std::string head = client.read_until("\r\n\r\n");
    EXPECT_NE(head.find("Content-Type: text/event-stream\r\n"), std::string::npos);
    const std::string replay = client.read_until("data: n=5\n\n");
    EXPECT_EQ(replay.find("n=2"), std::string::npos);
    EXPECT_NE(replay.find("id: 3\nevent: tick\ndata: n=3\n\n"), std::string::npos);
    feed_.publish();
    EXPECT_NE(client.read_until("data: n=6\n\n").find("id: 6\n"), std::string::npos);
    feed_.closed = true;
    feed_.publish();
    EXPECT_NE(client.read_until("0\r\n\r\n").find("data: n=7\n\n"), std::string::npos);
}

TEST_F(HttpStreamTest, ShowsSignsOfLifeAndSeesTheClientGo) {
    options_.limits.heartbeat = 50ms;
    start();
    RawClient client = connect();
    client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_NE(client.read_until(":\n\n").find(":\n\n"), std::string::npos);
    client.close();
    EXPECT_TRUE(runtime::eventually([&] { return feed_.open == 0; }));
}

TEST_F(HttpStreamTest, SeesAtOnceThatASilentStreamsClientHasGone) {
    options_.limits.heartbeat = 1h;
    start();
    RawClient client = connect();
    client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    client.read_until("\r\n\r\n");
    ASSERT_TRUE(runtime::eventually([&] { return feed_.open == 1; }));
    client.close();
    EXPECT_TRUE(runtime::eventually([&] { return feed_.open == 0; }));
}

TEST_F(HttpStreamTest, DrainEndsEventStreams) {
    start();
    RawClient client = connect();
    client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    client.read_until("\r\n\r\n");
    std::thread stopping([&] { server_->stop(20s); });
    EXPECT_TRUE(client.read_to_end().ends_with("0\r\n\r\n"));
    client.close();
    stopping.join();
    EXPECT_EQ(feed_.open, 0);
}

TEST_F(HttpStreamTest, HoldsTwoThousandStreamsOnTwoThreads) {
    worker_limits_.waiting_tasks = 2000;  // they all come at once
    start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 2000; ++i) {
        clients.push_back(std::make_unique<RawClient>(server_->port()));
        ASSERT_TRUE(clients.back()->connected());
        clients.back()->send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    ASSERT_TRUE(runtime::eventually([&] { return feed_.open == 2000; }, 60s));
    feed_.publish();
    for (const auto& client : clients)
        ASSERT_NE(client->read_until("data: n=1\n\n").find("n=1"), std::string::npos);
    EXPECT_EQ(server_->connections(), 2000U);
    clients.clear();
    EXPECT_TRUE(runtime::eventually([&] { return feed_.open == 0; }, 60s));
}

TEST_F(HttpStreamTest, ADeferredAnswerHoldsNoWorker) {
    worker_limits_.workers = 1;
    start();
    RawClient client = connect();
    client.send("GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    deferred_.wait();
    EXPECT_TRUE(exchange("GET /zeros/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").ends_with("0"));
    late_(text("now"));
    late_(text("twice"));
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\nnow"));
}

TEST_F(HttpStreamTest, ADeferredAnswerHasADeadline) {
    start();
    RawClient client = connect();
    client.send("GET /soon HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_answer().starts_with("HTTP/1.1 504 "));
    deferred_.wait();
    late_(text("too late"));
    client.send("GET /zeros/1 HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.read_answer().ends_with("\r\n\r\n0"));
}

}  // namespace
