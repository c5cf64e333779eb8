#include "bus/sqlite_bus.hpp"

#include <array>
#include <mutex>

#include "base/encoding.hpp"
#include "bus/schema.hpp"
#include "bus/sqlite_consumer.hpp"
#include "bus/sqlite_publish.hpp"
#include "bus/sqlite_topics.hpp"
#include "bus/waker.hpp"

namespace bus {
namespace {

using base::ErrorCode;
using base::fail;

std::string fresh_owner(base::Random& random) {
    std::array<std::byte, 12> bytes{};
    random.fill(bytes);
    return base::to_hex(bytes);
}

// The offset that a partition's reader goes on with, as SQL over the row `p` of its partition; one parameter or none.
std::string_view target_sql(const SeekTarget& target) {
    if (std::holds_alternative<Beginning>(target)) return "p.first_offset";
    if (std::holds_alternative<End>(target)) return "p.next_offset";
    return "p.next_offset - (select count(*) from records r where r.place >= (p.id << 44) and r.place < ((p.id + 1) << "
           "44)"
           " and r.published_ms >= ?1)";
}
static_assert(offset_bits == 44, "as in the statement above");

class SqliteBus final : public Bus {
  public:
    SqliteBus(Config config, const Surroundings& surroundings, std::unique_ptr<SqliteFile> file,
              std::shared_ptr<Waker> waker)
        : config_(std::move(config)), surroundings_(surroundings), file_(std::move(file)), waker_(std::move(waker)) {}
    ~SqliteBus() override { waker_->stop(); }
    SqliteBus(const SqliteBus&) = delete;
    SqliteBus& operator=(const SqliteBus&) = delete;

    base::Result<std::size_t> publish(std::span<const Message> messages) override;
    base::Result<std::unique_ptr<Consumer>> subscribe(std::string_view group, std::span<const std::string> topics,
                                                      Start start) override;
    base::Result<std::vector<PartitionLag>> lag(std::string_view group) override;
    base::Result<void> seek(std::string_view group, std::string_view topic, const SeekTarget& target) override;
    base::Result<std::size_t> retain() override;
    base::Result<void> check() override;

  private:
    base::Result<void> move_group(std::string_view group, std::string_view topic, const SeekTarget& target);

    Config config_;
    Surroundings surroundings_;
    std::mutex mutex_;
    std::unique_ptr<SqliteFile> file_;  // under the mutex
    std::shared_ptr<Waker> waker_;
};

base::Result<std::size_t> SqliteBus::publish(std::span<const Message> messages) {
    for (const Message& message : messages) {
        if (auto good = check_message(message); !good) return std::unexpected(good.error());
    }
    if (messages.empty()) return 0;
    const std::lock_guard lock(mutex_);
    auto published = publish_messages(*file_, messages, config_.partitions, utc_ms(surroundings_.clock));
    if (published && *published > 0) waker_->published();
    return published;
}

base::Result<std::unique_ptr<Consumer>> SqliteBus::subscribe(std::string_view group,
                                                             std::span<const std::string> topics, Start start) {
    if (auto good = check_name("group", group); !good) return std::unexpected(good.error());
    if (topics.empty()) return fail(ErrorCode::invalid_argument, "a consumer reads at least one topic");
    for (const std::string& topic : topics) {
        if (auto good = check_name("topic", topic); !good) return std::unexpected(good.error());
    }
    auto file = SqliteFile::open(config_.location, Durability::ordered);
    if (!file) return std::unexpected(file.error());
    Subscription subscription{
        std::string(group), fresh_owner(surroundings_.random), {topics.begin(), topics.end()}, start};
    return std::make_unique<SqliteConsumer>(std::move(subscription), config_, surroundings_.clock, std::move(*file),
                                            waker_);
}

base::Result<std::vector<PartitionLag>> SqliteBus::lag(std::string_view group) {
    const std::lock_guard lock(mutex_);
    auto rows = file_->query(
        "select t.name, p.number, max(c.committed, p.first_offset), p.next_offset from claims c"
        " join partitions p on p.id = c.partition join topics t on t.id = p.topic"
        " where c.consumer_group = ? order by t.name, p.number",
        {group});
    if (!rows) return std::unexpected(rows.error());
    std::vector<PartitionLag> lags;
    while (true) {
        const auto more = rows->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) return lags;
        lags.push_back({rows->bytes(0), static_cast<std::uint32_t>(rows->number(1)), rows->number(2), rows->number(3)});
    }
}

base::Result<void> SqliteBus::seek(std::string_view group, std::string_view topic, const SeekTarget& target) {
    if (auto good = check_name("group", group); !good) return good;
    if (auto good = check_name("topic", topic); !good) return good;
    const std::lock_guard lock(mutex_);
    auto moved = move_group(group, topic, target);
    if (moved) waker_->published();
    return moved;
}

base::Result<void> SqliteBus::move_group(std::string_view group, std::string_view topic, const SeekTarget& target) {
    auto transaction = Transaction::begin(*file_, Access::write);
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_or_make_topic(*file_, topic, config_.partitions);
    if (!row) return std::unexpected(row.error());
    const auto* since = std::get_if<Time>(&target);
    const std::int64_t since_ms =
        since == nullptr ? 0 : std::chrono::ceil<std::chrono::milliseconds>(since->time_since_epoch()).count();
    const std::string sql = "insert into claims select ?2, p.id, " + std::string(target_sql(target)) +
                            ", x'', 0, 0 from partitions p where p.topic = ?3"
                            " on conflict (consumer_group, partition) do update set"
                            " committed = excluded.committed, owner = x'', token = token + 1, expires_ms = 0";
    const auto moved = file_->run(sql, {since_ms, group, row->id});
    if (!moved) return std::unexpected(moved.error());
    return transaction->commit();
}

base::Result<std::size_t> SqliteBus::retain() {
    const std::lock_guard lock(mutex_);
    return remove_old_records(*file_, config_.retention, utc_ms(surroundings_.clock));
}

base::Result<void> SqliteBus::check() {
    const std::lock_guard lock(mutex_);
    const auto topics = file_->number("select count(*) from topics");
    if (!topics) return std::unexpected(topics.error());
    return {};
}

base::Result<void> check_config(const Config& config) {
    const bool good = !config.location.empty() && config.partitions >= 1 && config.partitions <= 1024 &&
                      config.lease.count() >= 3 && config.poll_interval.count() >= 1 &&
                      config.retention.age.count() >= 1;
    if (good) return {};
    return fail(ErrorCode::invalid_argument,
                "a bus has a file, 1 to 1024 partitions, and a lease, interval and age above 0");
}

}  // namespace

base::Result<std::unique_ptr<Bus>> open_sqlite_bus(const Config& config, const Surroundings& surroundings) {
    if (auto good = check_config(config); !good) return std::unexpected(good.error());
    auto file = SqliteFile::open(config.location, Durability::every_commit);
    if (!file) return std::unexpected(file.error());
    if (auto prepared = prepare_schema(**file); !prepared) return std::unexpected(prepared.error());
    auto watched = SqliteFile::open(config.location, Durability::ordered);
    if (!watched) return std::unexpected(watched.error());
    auto waker =
        std::make_shared<Waker>(surroundings.clock, surroundings.executor, config.poll_interval, std::move(*watched));
    return std::make_unique<SqliteBus>(config, surroundings, std::move(*file), std::move(waker));
}

}  // namespace bus
