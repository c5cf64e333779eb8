// One open stream of server-sent events over a tenant's feed.
#pragma once
#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "flow/service.hpp"
#include "services/notification/tail.hpp"

namespace notification {

struct StreamWish {
    std::string tenant_id;
    std::string session_id = {};                    // empty: every session's
    std::set<std::string, std::less<>> types = {};  // empty: all
    bool until_ended = false;                       // ends with the session's run, not only with the session
    std::int64_t after = 0;
    bool reset = false;  // first tell that something between is lost
};

/// How often streams were served from memory and how often from the database; shared by all.
struct StreamReads {
    runtime::Counter& tail;
    runtime::Counter& database;
};
StreamReads stream_reads(runtime::Metrics& metrics);

/// Reads the tail, or the database while it is behind that. After an hour it ends at the next event: the client comes
/// back, and shows again who it is.
class FeedStream final : public runtime::EventSource {
  public:
    /// The platform outlives it.
    FeedStream(const flow::Platform& platform, std::shared_ptr<Tail> tail, StreamWish wish);
    base::Result<runtime::SseBatch> next(std::size_t max_bytes) override;

  private:
    struct Found {
        Tail::Read read;
        bool more = false;
    };
    base::Result<Found> find();
    base::Result<Found> find_in_database();
    base::Result<bool> ends_with(const Found& found, std::size_t place);
    base::Result<bool> is_last_turn(const FeedRow& row);
    [[nodiscard]] bool wanted(const FeedRow& row) const;
    void begin(runtime::SseBatch& batch);

    const flow::Platform& platform_;
    std::shared_ptr<Tail> tail_;
    StreamWish wish_;
    StreamReads reads_;
    std::chrono::steady_clock::time_point end_;
    bool ended_ = false;
};

}  // namespace notification
