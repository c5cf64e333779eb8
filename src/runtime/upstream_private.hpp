// Connections to other servers: made, guarded, kept and used again. Everything but the constructor and stop() happens
// on the pool's strand. Included by .cpp files of this folder only.
#pragma once
#include <map>
#include <set>

#include "runtime/http_client.hpp"
#include "runtime/http_wire.hpp"
#include "runtime/message_reader_private.hpp"
#include "runtime/uri.hpp"

namespace runtime {

/// One connection, lent for one request.
struct Upstream {
    std::string key;  // scheme and authority: whom it leads to
    std::unique_ptr<Transport> transport;
    std::string input;
    bool used_before = false;
    bool becomes_web_socket = false;  // was asked to, so that a 101 is an answer
    TimePoint idle_since{};
};

class UpstreamPool : public std::enable_shared_from_this<UpstreamPool> {
  public:
    UpstreamPool(Network& network, HttpClientOptions options, TlsContext tls);

    [[nodiscard]] const Strand& strand() const { return strand_; }
    [[nodiscard]] const HttpClientOptions& options() const { return options_; }

    /// A connection that waits, unless `fresh`, or a new one. Errors: those of HttpClient::fetch.
    awaitable<base::Result<std::shared_ptr<Upstream>>> open(Url url, TimePoint deadline, bool fresh);
    /// Head and body in one go, as far as they are at hand.
    awaitable<base::Result<void>> write(std::shared_ptr<Upstream> upstream, std::array<std::string_view, 3> pieces,
                                        TimePoint deadline);
    /// The answer's head, interim ones passed over; `reader` is made anew for each.
    awaitable<base::Result<MessageHead>> read_head(std::shared_ptr<Upstream> upstream,
                                                   std::optional<MessageReader<false>>& reader, bool to_head,
                                                   TimePoint deadline);
    /// What the peer sends next, once its answer was a 101; at most `limit_bytes`.
    awaitable<base::Result<std::string>> read_some(std::shared_ptr<Upstream> upstream, std::size_t limit_bytes,
                                                   TimePoint deadline);
    /// Gives it back: kept for the next when `reusable`, else closed.
    awaitable<bool> give_back(std::shared_ptr<Upstream> upstream, bool reusable);

    /// Closes every connection and refuses new ones; what waits on them ends with `cancelled`. Any thread but the
    /// network's; does not wait.
    void stop();

  private:
    std::shared_ptr<Upstream> take_kept(const std::string& key);
    awaitable<base::Result<std::vector<asio::ip::tcp::endpoint>>> resolve(const Url& url, TimePoint deadline);
    awaitable<base::Result<void>> connect(Upstream& upstream, const Url& url, TimePoint deadline);
    base::Error fault(base::Error error, TimePoint deadline) const;
    base::Error io_fault(const IoOutcome& outcome, const char* what) const;

    HttpClientOptions options_;
    TlsContext tls_;
    Strand strand_;
    asio::ip::tcp::resolver resolver_;
    std::map<std::string, std::vector<std::shared_ptr<Upstream>>> kept_;
    std::set<std::shared_ptr<Upstream>> lent_;
    std::set<std::shared_ptr<Waker>> resolving_;
    bool stopped_ = false;
};

/// The pool's connections live on its strand, a request on another: each step crosses over and comes back.
template <class Value>
awaitable<Value> over_there(const UpstreamPool& pool, awaitable<Value> step) {
    co_return co_await asio::co_spawn(pool.strand(), std::move(step), use_awaitable);
}

}  // namespace runtime
