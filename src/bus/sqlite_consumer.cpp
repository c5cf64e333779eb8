#include "bus/sqlite_consumer.hpp"

#include <algorithm>
#include <tuple>

#include "bus/schema.hpp"
#include "bus/sqlite_topics.hpp"

namespace bus {

using base::ErrorCode;

SqliteConsumer::SqliteConsumer(Subscription subscription, const Config& config, const base::Clock& clock,
                               std::unique_ptr<SqliteFile> file, std::shared_ptr<Waker> waker)
    : subscription_(std::move(subscription)),
      partitions_(config.partitions),
      lease_ms_(config.lease.count()),
      clock_(clock),
      file_(std::move(file)),
      waker_(std::move(waker)) {}

// Whatever fails here ends with the lease.
SqliteConsumer::~SqliteConsumer() {
    waker_->forget(this);
    std::ignore = file_->run("update claims set owner = x'', expires_ms = 0 where consumer_group = ? and owner = ?",
                             {subscription_.group, subscription_.owner});
    std::ignore = file_->run("delete from members where consumer_group = ? and owner = ?",
                             {subscription_.group, subscription_.owner});
}

base::Result<Batch> SqliteConsumer::poll(const PollLimits& limits) {
    if (limits.records == 0) return base::fail(ErrorCode::invalid_argument, "a poll asks for at least one record");
    seen_publications_ = waker_->publications();
    if (utc_ms(clock_) >= renew_at_ms_) {
        if (auto renewed = renew(); !renewed) return std::unexpected(renewed.error());
    }
    auto transaction = Transaction::begin(*file_, Access::read);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto refreshed = refresh(); !refreshed) return std::unexpected(refreshed.error());
    auto batch = read(limits);
    drained_ = batch && batch->records.empty();
    return batch;
}

base::Result<void> SqliteConsumer::renew() {
    const std::int64_t now_ms = utc_ms(clock_);
    auto transaction = Transaction::begin(*file_, Access::write);
    if (!transaction) return std::unexpected(transaction.error());
    for (const std::string& topic : subscription_.topics) {
        if (auto renewed = renew_topic(topic, now_ms); !renewed) return renewed;
    }
    if (auto committed = transaction->commit(); !committed) return committed;
    renew_at_ms_ = now_ms + lease_ms_ / 3;
    return {};
}

base::Result<void> SqliteConsumer::renew_topic(const std::string& name, std::int64_t now_ms) {
    const auto topic = find_or_make_topic(*file_, name, partitions_);
    if (!topic) return std::unexpected(topic.error());
    if (auto joined = join(topic->id, now_ms); !joined) return joined;
    const auto members = file_->number("select count(*) from members where consumer_group = ? and topic = ?",
                                       {subscription_.group, topic->id});
    if (!members) return std::unexpected(members.error());
    return balance(topic->id, (topic->partitions + *members - 1) / *members, now_ms);
}

base::Result<void> SqliteConsumer::join(std::int64_t topic, std::int64_t now_ms) {
    auto done = file_->run("delete from members where consumer_group = ? and topic = ? and expires_ms <= ?",
                           {subscription_.group, topic, now_ms});
    if (!done) return std::unexpected(done.error());
    done = file_->run(
        "insert into members (consumer_group, topic, owner, expires_ms) values (?, ?, ?, ?)"
        " on conflict (consumer_group, topic, owner) do update set expires_ms = excluded.expires_ms",
        {subscription_.group, topic, subscription_.owner, now_ms + lease_ms_});
    if (!done) return std::unexpected(done.error());
    const std::string_view begin =
        subscription_.start == Start::earliest
            ? "insert into claims select ?, id, first_offset, x'', 0, 0 from partitions where topic = ?"
              " on conflict (consumer_group, partition) do nothing"
            : "insert into claims select ?, id, next_offset, x'', 0, 0 from partitions where topic = ?"
              " on conflict (consumer_group, partition) do nothing";
    done = file_->run(begin, {subscription_.group, topic});
    if (!done) return std::unexpected(done.error());
    return {};
}

base::Result<void> SqliteConsumer::balance(std::int64_t topic, std::int64_t share, std::int64_t now_ms) {
    const auto renewed = file_->run(
        "update claims set expires_ms = ? where consumer_group = ? and owner = ?"
        " and partition in (select id from partitions where topic = ?)",
        {now_ms + lease_ms_, subscription_.group, subscription_.owner, topic});
    if (!renewed) return std::unexpected(renewed.error());
    if (*renewed > share) return give_up(topic, *renewed - share);
    if (*renewed == share) return {};
    const auto taken = file_->run(
        "update claims set owner = ?, token = token + 1, expires_ms = ? where consumer_group = ? and partition in"
        " (select c.partition from claims c join partitions p on p.id = c.partition"
        "  where c.consumer_group = ? and p.topic = ? and c.expires_ms <= ? limit ?)",
        {subscription_.owner, now_ms + lease_ms_, subscription_.group, subscription_.group, topic, now_ms,
         share - *renewed});
    if (!taken) return std::unexpected(taken.error());
    return {};
}

// Only what this consumer has nothing of in its hands: the next owner must not work on a key at the same time.
base::Result<void> SqliteConsumer::give_up(std::int64_t topic, std::int64_t count) {
    for (const auto& [id, held] : held_) {
        if (count == 0) return {};
        if (held.in_hands()) continue;
        const auto given = file_->run(
            "update claims set owner = x'', expires_ms = 0 where consumer_group = ? and owner = ? and partition = ?"
            " and partition in (select id from partitions where topic = ?)",
            {subscription_.group, subscription_.owner, id, topic});
        if (!given) return std::unexpected(given.error());
        count -= *given;
    }
    return {};
}

// What the file says about who holds what: claims that were lost are dropped, new ones begin after what was committed.
base::Result<void> SqliteConsumer::refresh() {
    auto rows = file_->query(
        "select c.partition, c.token, c.committed, p.first_offset, p.next_offset, p.number, t.name from claims c"
        " join partitions p on p.id = c.partition join topics t on t.id = p.topic"
        " where c.consumer_group = ? and c.owner = ?",
        {subscription_.group, subscription_.owner});
    if (!rows) return std::unexpected(rows.error());
    Partitions held;
    while (true) {
        const auto more = rows->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        const auto known = held_.find(rows->number(0));
        const bool same = known != held_.end() && known->second.token == rows->number(1);
        held[rows->number(0)] = {rows->bytes(6),  static_cast<std::uint32_t>(rows->number(5)), rows->number(1),
                                 rows->number(2), same ? known->second.next : rows->number(2), rows->number(3),
                                 rows->number(4)};
    }
    held_ = std::move(held);
    return {};
}

base::Result<Batch> SqliteConsumer::read(const PollLimits& limits) {
    Batch batch;
    batch_bytes_ = 0;
    const auto first = held_.lower_bound(first_partition_);
    std::vector<Partitions::iterator> order;
    for (auto at = first; at != held_.end(); ++at)
        order.push_back(at);
    for (auto at = held_.begin(); at != first; ++at)
        order.push_back(at);
    for (const auto& at : order) {
        if (batch.records.size() >= limits.records || batch_bytes_ >= limits.bytes) break;
        if (auto done = read_partition(at->first, at->second, limits, batch); !done)
            return std::unexpected(done.error());
        first_partition_ = at->first + 1;
    }
    return batch;
}

base::Result<void> SqliteConsumer::read_partition(std::int64_t id, Held& held, const PollLimits& limits, Batch& batch) {
    if (held.next < held.first_there) {
        batch.skipped_records += static_cast<std::uint64_t>(held.first_there - held.next);
        held.next = held.first_there;
    }
    if (held.next >= held.end) return {};
    auto rows = file_->query(
        "select place, id, key, value, published_ms from records where place >= ? and place < ? order by place limit ?",
        {place_of(id, held.next), place_of(id, held.end),
         static_cast<std::int64_t>(limits.records - batch.records.size())});
    if (!rows) return std::unexpected(rows.error());
    while (true) {
        const auto more = rows->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
        Record record{held.topic,     held.number,    offset_of(rows->number(0)), rows->bytes(1),
                      rows->bytes(2), rows->bytes(3), time_of(rows->number(4))};
        if (!batch.records.empty() && batch_bytes_ + record.value.size() > limits.bytes) {
            batch_bytes_ = limits.bytes;
            return {};
        }
        batch_bytes_ += record.value.size();
        held.next = record.offset + 1;
        batch.records.push_back(std::move(record));
    }
}

base::Result<void> SqliteConsumer::commit(std::span<const Record> records) {
    std::map<std::pair<std::string_view, std::uint32_t>, std::int64_t> done;
    for (const Record& record : records) {
        std::int64_t& next = done[{record.topic, record.partition}];
        next = std::max(next, record.offset + 1);
    }
    auto transaction = Transaction::begin(*file_, Access::write);
    if (!transaction) return std::unexpected(transaction.error());
    for (auto& [id, held] : held_) {
        const auto mine = done.find({held.topic, held.number});
        if (mine == done.end()) continue;
        const auto committed = commit_partition(id, held, mine->second);
        if (!committed) return std::unexpected(committed.error());
        if (*committed) done.erase(mine);
    }
    if (auto committed = transaction->commit(); !committed) return committed;
    if (done.empty()) return {};
    return base::fail(ErrorCode::bus_claim_lost, "group " + subscription_.group + " has given " +
                                                     std::to_string(done.size()) +
                                                     " partitions to another consumer; their records come again there");
}

base::Result<bool> SqliteConsumer::commit_partition(std::int64_t id, Held& held, std::int64_t next) {
    const auto written = file_->run(
        "update claims set committed = max(committed, ?) where consumer_group = ? and partition = ? and owner = ? and "
        "token = ?",
        {next, subscription_.group, id, subscription_.owner, held.token});
    if (!written) return std::unexpected(written.error());
    if (*written == 0) return false;
    held.committed = std::max(held.committed, next);
    held.next = std::max(held.next, held.committed);
    return true;
}

void SqliteConsumer::rewind() {
    for (auto& [id, held] : held_)
        held.next = held.committed;
    drained_ = false;
}

void SqliteConsumer::wake(std::function<void()> task) {
    const std::int64_t left_ms = drained_ ? std::max<std::int64_t>(renew_at_ms_ - utc_ms(clock_), 0) : 0;
    const std::uint64_t seen = drained_ ? seen_publications_ : seen_publications_ - 1;
    waker_->wait(this, seen, clock_.now() + std::chrono::milliseconds(left_ms), std::move(task));
}

}  // namespace bus
