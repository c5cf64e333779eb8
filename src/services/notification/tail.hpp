// The newest rows of the feeds that somebody in this process listens to, in memory, so that a thousand streams cost one
// query and not a thousand. Any thread.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/service.hpp"
#include "runtime/sse.hpp"
#include "services/notification/feed.hpp"

namespace notification {

using SharedRow = std::shared_ptr<const FeedRow>;

/// Of one tenant. It knows every row with floor < seq <= head.
class Tail {
  public:
    explicit Tail(std::int64_t head, std::size_t most_rows = 1000)
        : most_rows_(most_rows), floor_(head), head_(head), signal_(std::make_shared<runtime::Signal>()) {}

    struct Read {
        std::vector<SharedRow> rows;
        std::int64_t position = 0;  // up to here there is nothing else
    };
    /// What is newer, of one session or (empty) of all; none when rows between are not known here any more.
    [[nodiscard]] std::optional<Read> after(std::int64_t position, std::string_view session_id) const;

    /// Takes the rows that follow a head it once told; those it has already are passed over.
    void grow(std::vector<FeedRow> rows);
    [[nodiscard]] std::int64_t head() const;
    /// Rings when it grew; shared by the tenant's streams.
    [[nodiscard]] const std::shared_ptr<runtime::Signal>& signal() const { return signal_; }

  private:
    const std::size_t most_rows_;
    mutable std::mutex mutex_;
    std::deque<SharedRow> rows_;
    std::int64_t floor_;
    std::int64_t head_;
    std::shared_ptr<runtime::Signal> signal_;
};

/// Of every tenant with open streams in this process; a tail lives as long as somebody holds it.
class Tails : public std::enable_shared_from_this<Tails> {
  public:
    /// The platform outlives it.
    explicit Tails(const flow::Platform& platform) : platform_(platform) {}

    base::Result<std::shared_ptr<Tail>> open(const std::string& tenant_id);

    /// Looks whether a feed grew, here or by another process: nothing while there are no streams, else one query, and
    /// one more for each feed that grew.
    base::Result<void> look();

    /// This process is about to commit to the tenant's feed: looks shortly after.
    void expect(const std::string& tenant_id);

  private:
    std::map<std::string, std::shared_ptr<Tail>, std::less<>> living();
    base::Result<void> catch_up(const std::string& tenant_id, Tail& tail, std::int64_t head);

    const flow::Platform& platform_;
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<Tail>, std::less<>> tails_;
    std::atomic<bool> expecting_ = false;
};

}  // namespace notification
