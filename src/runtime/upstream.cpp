#include <charconv>

#include "runtime/upstream_private.hpp"

namespace runtime {
namespace {

using asio::ip::tcp;
using base::Error;
using base::ErrorCode;
using base::fail;
using boost::system::error_code;

TimePoint now() {
    return std::chrono::steady_clock::now();
}

std::string key_of(const Url& url) {
    return (url.tls ? "https://" : "http://") + url.authority;
}

}  // namespace

UpstreamPool::UpstreamPool(Network& network, HttpClientOptions options, TlsContext tls)
    : options_(std::move(options)),
      tls_(std::move(tls)),
      strand_(asio::make_strand(network.state().context)),
      resolver_(strand_) {}

// One fault by several names: the deadline's end shows as whatever was being waited for.
Error UpstreamPool::fault(Error error, TimePoint deadline) const {
    if (stopped_) return {ErrorCode::cancelled, "the client is being closed"};
    if (error.code == ErrorCode::request_timed_out || (error.code == ErrorCode::unavailable && now() >= deadline)) {
        return {ErrorCode::deadline_exceeded, "the peer did not answer in time"};
    }
    return error;
}

Error UpstreamPool::io_fault(const IoOutcome& outcome, const char* what) const {
    if (stopped_) return {ErrorCode::cancelled, "the client is being closed"};
    if (outcome.end == IoEnd::timed_out)
        return {ErrorCode::deadline_exceeded, std::string("no time was left to ") + what};
    return {ErrorCode::unavailable, std::string("cannot ") + what};
}

std::shared_ptr<Upstream> UpstreamPool::take_kept(const std::string& key) {
    const auto found = kept_.find(key);
    if (found == kept_.end()) return nullptr;
    auto& waiting = found->second;
    std::shared_ptr<Upstream> fit;
    while (!fit && !waiting.empty()) {
        auto last = std::move(waiting.back());
        waiting.pop_back();
        if (now() - last->idle_since < options_.idle_time && !last->transport->is_stale()) fit = std::move(last);
    }
    if (waiting.empty()) kept_.erase(found);
    return fit;
}

awaitable<base::Result<std::shared_ptr<Upstream>>> UpstreamPool::open(Url url, TimePoint deadline, bool fresh) {
    if (stopped_) co_return fail(ErrorCode::cancelled, "the client is being closed");
    const std::string key = key_of(url);
    auto upstream = fresh ? nullptr : take_kept(key);
    if (upstream) {
        lent_.insert(upstream);
        co_return upstream;
    }
    if (lent_.size() >= options_.most_requests)
        co_return fail(ErrorCode::overloaded, "too many requests are under way");
    upstream = std::make_shared<Upstream>();
    upstream->key = key;
    upstream->transport = make_transport(tcp::socket(strand_), url.tls ? tls_ : nullptr);
    lent_.insert(upstream);
    const auto connected = co_await connect(*upstream, url, deadline);
    if (!connected) {
        lent_.erase(upstream);
        co_return std::unexpected(connected.error());
    }
    co_return upstream;
}

awaitable<base::Result<std::vector<tcp::endpoint>>> UpstreamPool::resolve(const Url& url, TimePoint deadline) {
    error_code not_numeric;
    const auto numeric = asio::ip::make_address(url.host, not_numeric);
    if (!not_numeric) co_return std::vector{tcp::endpoint(numeric, url.port)};
    const auto waker = std::make_shared<Waker>(strand_);
    const auto found = std::make_shared<std::vector<tcp::endpoint>>();
    resolver_.async_resolve(url.host, std::to_string(url.port), tcp::resolver::numeric_service,
                            [waker, found](error_code, const tcp::resolver::results_type& results) {
                                for (const auto& entry : results)
                                    found->push_back(entry.endpoint());
                                waker->wake();
                            });
    resolving_.insert(waker);
    const bool answered = co_await waker->wait_until(deadline);
    resolving_.erase(waker);
    if (stopped_) co_return fail(ErrorCode::cancelled, "the client is being closed");
    if (!answered) co_return fail(ErrorCode::deadline_exceeded, "the name's address did not come in time");
    if (found->empty()) co_return fail(ErrorCode::unavailable, "the name has no address");
    co_return *found;
}

awaitable<base::Result<void>> UpstreamPool::connect(Upstream& upstream, const Url& url, TimePoint deadline) {
    const auto addresses = co_await resolve(url, deadline);
    if (!addresses) co_return std::unexpected(addresses.error());
    Error last{ErrorCode::unavailable, "cannot connect"};
    for (const tcp::endpoint& address : *addresses) {
        if (options_.guard) {
            if (auto allowed = options_.guard(address.address().to_string()); !allowed) {
                last = allowed.error();
                continue;
            }
        }
        const IoOutcome connected = co_await upstream.transport->connect(address, deadline);
        if (connected.end != IoEnd::done) {
            last = io_fault(connected, "connect");
            upstream.transport = make_transport(tcp::socket(strand_), url.tls ? tls_ : nullptr);
            continue;
        }
        const IoOutcome greeted = co_await upstream.transport->handshake(url.host, deadline);
        if (greeted.end == IoEnd::done) co_return base::Result<void>();
        co_return std::unexpected(
            io_fault(greeted, "agree on TLS with the peer; is its certificate trusted and of this name?"));
    }
    co_return std::unexpected(last);
}

awaitable<base::Result<void>> UpstreamPool::write(std::shared_ptr<Upstream> upstream,
                                                  std::array<std::string_view, 3> pieces, TimePoint deadline) {
    const IoOutcome written = co_await upstream->transport->write(pieces, deadline);
    if (written.end != IoEnd::done) co_return std::unexpected(io_fault(written, "send the request"));
    co_return base::Result<void>();
}

awaitable<base::Result<MessageHead>> UpstreamPool::read_head(std::shared_ptr<Upstream> upstream,
                                                             std::optional<MessageReader<false>>& reader, bool to_head,
                                                             TimePoint deadline) {
    while (true) {
        reader.emplace(*upstream->transport, upstream->input, options_.header_bytes);
        if (to_head) reader->expect_no_body();
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now());
        auto head = co_await reader->read_head(deadline, std::max(left, std::chrono::milliseconds(1)));
        if (!head) co_return std::unexpected(fault(head.error(), deadline));
        if (head->status >= 200) co_return head;
        if (head->status == 101 && upstream->becomes_web_socket) co_return head;
        if (head->status == 101)
            co_return fail(ErrorCode::request_malformed, "the peer switches to another protocol unasked");
    }
}

awaitable<base::Result<std::string>> UpstreamPool::read_some(std::shared_ptr<Upstream> upstream,
                                                             std::size_t limit_bytes, TimePoint deadline) {
    if (!upstream->input.empty()) co_return std::exchange(upstream->input, {});
    std::string bytes(limit_bytes, '\0');
    const IoOutcome read = co_await upstream->transport->read_some(bytes, deadline);
    if (read.end != IoEnd::done) co_return std::unexpected(io_fault(read, "read what the peer sends"));
    bytes.resize(read.size_bytes);
    co_return bytes;
}

awaitable<bool> UpstreamPool::give_back(std::shared_ptr<Upstream> upstream, bool reusable) {
    lent_.erase(upstream);
    auto& waiting = kept_[upstream->key];
    const bool kept =
        reusable && !stopped_ && upstream->input.empty() && waiting.size() < options_.idle_connections_a_peer;
    if (kept) {
        upstream->used_before = true;
        upstream->idle_since = now();
        waiting.push_back(upstream);
    } else {
        upstream->transport->close();
    }
    if (waiting.empty()) kept_.erase(upstream->key);
    co_return kept;
}

void UpstreamPool::stop() {
    asio::post(strand_, [self = shared_from_this()] {
        self->stopped_ = true;
        self->kept_.clear();
        for (const auto& upstream : self->lent_)
            upstream->transport->close();
        for (const auto& waker : self->resolving_)
            waker->wake();
    });
}

}  // namespace runtime
