// Private to the SQLite adapter: one consumer of a group. Partitions are shared out by number: of a topic's P
// partitions each of its M living members of the group holds at most P / M, rounded up; whoever holds more gives up
// partitions of which it has nothing in its hands, whoever holds less takes free ones. A claim's token grows with every
// claim, so that a consumer that was stopped for longer than its lease cannot commit over its successor.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bus/bus.hpp"
#include "bus/sqlite_file.hpp"
#include "bus/waker.hpp"

namespace bus {

struct Subscription {
    std::string group;
    std::string owner;  // this consumer; nobody else's
    std::vector<std::string> topics;
    Start start;
};

class SqliteConsumer final : public Consumer {
  public:
    SqliteConsumer(Subscription subscription, const Config& config, const base::Clock& clock,
                   std::unique_ptr<SqliteFile> file, std::shared_ptr<Waker> waker);
    ~SqliteConsumer() override;
    SqliteConsumer(const SqliteConsumer&) = delete;
    SqliteConsumer& operator=(const SqliteConsumer&) = delete;

    base::Result<Batch> poll(const PollLimits& limits) override;
    base::Result<void> commit(std::span<const Record> records) override;
    void rewind() override;
    void wake(std::function<void()> task) override;

  private:
    struct Held {
        std::string topic;
        std::uint32_t number = 0;
        std::int64_t token = 0;
        std::int64_t committed = 0;
        std::int64_t next = 0;  // the offset that the next poll begins with
        std::int64_t first_there = 0;
        std::int64_t end = 0;
        [[nodiscard]] bool in_hands() const { return next > committed && next > first_there; }
    };
    using Partitions = std::map<std::int64_t, Held>;

    base::Result<void> renew();
    base::Result<void> renew_topic(const std::string& name, std::int64_t now_ms);
    base::Result<void> join(std::int64_t topic, std::int64_t now_ms);
    base::Result<void> balance(std::int64_t topic, std::int64_t share, std::int64_t now_ms);
    base::Result<void> give_up(std::int64_t topic, std::int64_t count);
    base::Result<void> refresh();
    base::Result<Batch> read(const PollLimits& limits);
    base::Result<void> read_partition(std::int64_t id, Held& held, const PollLimits& limits, Batch& batch);
    base::Result<bool> commit_partition(std::int64_t id, Held& held, std::int64_t next);

    Subscription subscription_;
    std::uint32_t partitions_;
    std::int64_t lease_ms_;
    const base::Clock& clock_;
    std::unique_ptr<SqliteFile> file_;
    std::shared_ptr<Waker> waker_;
    Partitions held_;
    std::int64_t renew_at_ms_ = 0;
    std::int64_t first_partition_ = 0;  // where the next poll begins, so that none starves
    std::size_t batch_bytes_ = 0;
    std::uint64_t seen_publications_ = 0;
    bool drained_ = false;  // the last poll found nothing
};

}  // namespace bus
