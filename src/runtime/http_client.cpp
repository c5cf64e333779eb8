#include "runtime/http_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>

#include "runtime/upstream_private.hpp"

namespace runtime {
namespace {

using base::Error;
using base::ErrorCode;
using base::fail;

bool is_idempotent(std::string_view method) {
    constexpr std::array methods{std::string_view("GET"), std::string_view("HEAD"), std::string_view("PUT"),
                                 std::string_view("DELETE"), std::string_view("OPTIONS")};
    return std::ranges::find(methods, method) != methods.end();
}

Framing framing_of(const ClientRequest& request) {
    const bool bodiless =
        request.body.empty() && (request.method == "GET" || request.method == "HEAD" || request.method == "DELETE");
    return bodiless ? Framing{} : Framing{Framing::Kind::length, request.body.size()};
}

struct Attempt {
    base::Result<ClientResponse> result;
    bool may_repeat = false;  // a kept connection turned out to be closed
};

class AsioHttpClient final : public HttpClient {
  public:
    AsioHttpClient(Network& network, HttpClientOptions options, TlsContext tls)
        : pool_(std::make_shared<UpstreamPool>(network, std::move(options), std::move(tls))) {}

    ~AsioHttpClient() override {
        pool_->stop();
        std::unique_lock lock(mutex_);
        all_done_.wait(lock, [this] { return running_ == 0; });
    }

    void fetch(ClientRequest request, Completion completion) override {
        {
            const std::lock_guard lock(mutex_);
            ++running_;
        }
        asio::co_spawn(pool_->strand(), run(std::move(request), std::move(completion)), asio::detached);
    }

  private:
    awaitable<void> run(ClientRequest request, Completion completion) {
        base::Result<ClientResponse> result = fail(ErrorCode::internal, "the request was not made");
        try {
            result = co_await fetch_twice(request);
        } catch (const std::exception& fault) {
            result = fail(ErrorCode::internal, fault.what());
        }
        completion(std::move(result));
        const std::lock_guard lock(mutex_);
        --running_;
        all_done_.notify_all();
    }

    awaitable<base::Result<ClientResponse>> fetch_twice(const ClientRequest& request) {
        const auto url = parse_url(request.url);
        if (!url) co_return std::unexpected(url.error());
        const TimePoint deadline = std::chrono::steady_clock::now() + request.timeout;
        Attempt attempt = co_await fetch_once(request, *url, deadline, false);
        if (attempt.may_repeat && is_idempotent(request.method))
            attempt = co_await fetch_once(request, *url, deadline, true);
        co_return std::move(attempt.result);
    }

    awaitable<Attempt> fetch_once(const ClientRequest& request, const Url& url, TimePoint deadline, bool fresh) {
        auto upstream = co_await pool_->open(url, deadline, fresh);
        if (!upstream) co_return Attempt{std::unexpected(upstream.error())};
        std::optional<MessageReader<false>> reader;
        const std::string head =
            request_head(request.method, url.target, url.authority, request.headers, framing_of(request));
        const auto written = co_await pool_->write(*upstream, {head, request.body, {}}, deadline);
        // A peer that refuses a body may close before it has read it, and its answer still waits to be read.
        auto answer = co_await pool_->read_head(*upstream, reader, request.method == "HEAD", deadline);
        if (!answer) {
            const Error error = written ? answer.error() : written.error();
            const bool stale = (*upstream)->used_before && error.code == ErrorCode::unavailable;
            co_await pool_->give_back(*upstream, false);
            co_return Attempt{std::unexpected(error), stale};
        }
        ClientResponse response{answer->status, std::move(answer->headers), {}};
        const auto read = co_await read_body(*reader, response.body, request.most_answer_bytes, deadline);
        co_await pool_->give_back(*upstream, read && written && answer->keep_alive);
        if (!read) co_return Attempt{std::unexpected(read.error())};
        co_return Attempt{std::move(response)};
    }

    awaitable<base::Result<void>> read_body(MessageReader<false>& reader, std::string& body, std::size_t limit_bytes,
                                            TimePoint deadline) {
        while (true) {
            const auto chunk = co_await reader.read_body(deadline);
            if (!chunk && chunk.error().code == ErrorCode::request_timed_out) {
                co_return fail(ErrorCode::deadline_exceeded, "the answer's body did not come in time");
            }
            if (!chunk) co_return std::unexpected(chunk.error());
            if (chunk->empty()) co_return base::Result<void>();
            if (body.size() + chunk->size() > limit_bytes)
                co_return fail(ErrorCode::body_too_large, "the answer is larger than the limit");
            body += *chunk;
        }
    }

    std::shared_ptr<UpstreamPool> pool_;
    std::mutex mutex_;
    std::condition_variable all_done_;
    std::size_t running_ = 0;
};

}  // namespace

base::Result<ClientResponse> fetch_and_wait(HttpClient& client, ClientRequest request) {
    auto promise = std::make_shared<std::promise<base::Result<ClientResponse>>>();
    auto answer = promise->get_future();
    client.fetch(std::move(request),
                 [promise](base::Result<ClientResponse> result) { promise->set_value(std::move(result)); });
    return answer.get();
}

base::Result<std::unique_ptr<HttpClient>> make_http_client(Network& network, HttpClientOptions options) {
    auto tls = make_tls_context(options.tls);
    if (!tls) return std::unexpected(tls.error());
    return std::make_unique<AsioHttpClient>(network, std::move(options), *std::move(tls));
}

}  // namespace runtime
