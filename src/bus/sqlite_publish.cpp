#include "bus/sqlite_publish.hpp"

#include <map>

#include "bus/schema.hpp"
#include "bus/sqlite_topics.hpp"

namespace bus {
namespace {

constexpr std::size_t longest_id = 128;
constexpr std::size_t longest_key = 512;
constexpr std::size_t largest_value_bytes = std::size_t{1} << 20U;
constexpr std::int64_t most_removed_at_once = 1000;

struct PartitionEnd {
    std::int64_t id = 0;
    std::int64_t next_offset = 0;
    std::int64_t added_bytes = 0;
    std::int64_t last_ms = 0;
};

std::int64_t size_of(const Message& message) {
    return static_cast<std::int64_t>(message.id.size() + message.key.size() + message.value.size());
}

// One transaction's view of where partitions end: read once, written once.
class Appending {
  public:
    Appending(SqliteFile& file, std::uint32_t partitions, std::int64_t now_ms)
        : file_(file), partitions_(partitions), now_ms_(now_ms) {}

    /// Whether it was new.
    base::Result<bool> append(const Message& message) {
        const auto topic = topic_of(message.topic);
        if (!topic) return std::unexpected(topic.error());
        const auto number =
            static_cast<std::int64_t>(hash_of(message.key) % static_cast<std::uint64_t>(topic->partitions));
        const auto end = end_of(topic->id, number);
        if (!end) return std::unexpected(end.error());
        PartitionEnd& partition = **end;
        const std::int64_t published_ms = std::max(now_ms_, partition.last_ms);
        const auto inserted = file_.run(
            "insert into records (place, topic, id, key, value, published_ms) values (?, ?, ?, ?, ?, ?)"
            " on conflict (topic, id) do nothing",
            {place_of(partition.id, partition.next_offset), topic->id, message.id, message.key, message.value,
             published_ms});
        if (!inserted) return std::unexpected(inserted.error());
        if (*inserted == 0) return false;
        partition.last_ms = published_ms;
        partition.added_bytes += size_of(message);
        ++partition.next_offset;
        return true;
    }

    base::Result<void> finish() {
        for (const auto& [place, end] : ends_) {
            auto written =
                file_.run("update partitions set next_offset = ?, bytes = bytes + ?, last_ms = ? where id = ?",
                          {end.next_offset, end.added_bytes, end.last_ms, end.id});
            if (!written) return std::unexpected(written.error());
        }
        return {};
    }

  private:
    base::Result<TopicRow> topic_of(const std::string& name) {
        if (const auto known = topics_.find(name); known != topics_.end()) return known->second;
        auto topic = find_or_make_topic(file_, name, partitions_);
        if (topic) topics_.emplace(name, *topic);
        return topic;
    }

    base::Result<PartitionEnd*> end_of(std::int64_t topic, std::int64_t number) {
        const auto [place, fresh] = ends_.try_emplace({topic, number});
        if (!fresh) return &place->second;
        auto rows = file_.query("select id, next_offset, last_ms from partitions where topic = ? and number = ?",
                                {topic, number});
        if (!rows) return std::unexpected(rows.error());
        const auto found = rows->next();
        if (!found) return std::unexpected(found.error());
        if (!*found)
            return base::fail(base::ErrorCode::bus_corrupt, "the file of the event bus lacks a partition; restore it");
        place->second = {rows->number(0), rows->number(1), 0, rows->number(2)};
        return &place->second;
    }

    SqliteFile& file_;
    std::uint32_t partitions_;
    std::int64_t now_ms_;
    std::map<std::string, TopicRow> topics_;
    std::map<std::pair<std::int64_t, std::int64_t>, PartitionEnd> ends_;
};

struct PartitionSize {
    std::int64_t id;
    std::int64_t bytes;
};

base::Result<std::vector<PartitionSize>> sizes(SqliteFile& file) {
    auto rows = file.query("select id, bytes from partitions where next_offset > first_offset");
    if (!rows) return std::unexpected(rows.error());
    std::vector<PartitionSize> found;
    while (true) {
        const auto more = rows->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) return found;
        found.push_back({rows->number(0), rows->number(1)});
    }
}

struct Old {
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    std::int64_t end = 0;  // the first place that stays
};

// The oldest records that are too old, or too many bytes from the end.
base::Result<Old> find_old(SqliteFile& file, const PartitionSize& partition, std::int64_t bytes_limit,
                           std::int64_t oldest_ms) {
    auto rows = file.query(
        "select place, length(id) + length(key) + length(value), published_ms from records"
        " where place >= ? and place < ? order by place limit ?",
        {place_of(partition.id, 0), place_of(partition.id + 1, 0), most_removed_at_once});
    if (!rows) return std::unexpected(rows.error());
    Old old;
    while (true) {
        const auto more = rows->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) return old;
        if (rows->number(2) >= oldest_ms && partition.bytes - old.bytes <= bytes_limit) return old;
        old = {old.records + 1, old.bytes + rows->number(1), rows->number(0) + 1};
    }
}

base::Result<std::size_t> trim(SqliteFile& file, const PartitionSize& partition, std::int64_t bytes_limit,
                               std::int64_t oldest_ms) {
    const auto old = find_old(file, partition, bytes_limit, oldest_ms);
    if (!old) return std::unexpected(old.error());
    if (old->records == 0) return 0;
    auto done = file.run("delete from records where place >= ? and place < ?", {place_of(partition.id, 0), old->end});
    if (!done) return std::unexpected(done.error());
    done = file.run("update partitions set first_offset = ?, bytes = bytes - ? where id = ?",
                    {offset_of(old->end), old->bytes, partition.id});
    if (!done) return std::unexpected(done.error());
    return static_cast<std::size_t>(old->records);
}

}  // namespace

base::Result<void> check_message(const Message& message) {
    if (auto good = check_name("topic", message.topic); !good) return good;
    const bool good = !message.id.empty() && message.id.size() <= longest_id && message.key.size() <= longest_key &&
                      message.value.size() <= largest_value_bytes;
    if (good) return {};
    return base::fail(base::ErrorCode::invalid_argument,
                      "a message has an id of 1 to 128 bytes, a key of at most 512 and a value of at most 1 MiB");
}

base::Result<std::size_t> publish_messages(SqliteFile& file, std::span<const Message> messages,
                                           std::uint32_t partitions, std::int64_t now_ms) {
    auto transaction = Transaction::begin(file, Access::write);
    if (!transaction) return std::unexpected(transaction.error());
    Appending appending(file, partitions, now_ms);
    std::size_t published = 0;
    for (const Message& message : messages) {
        const auto appended = appending.append(message);
        if (!appended) return std::unexpected(appended.error());
        if (*appended) ++published;
    }
    if (auto finished = appending.finish(); !finished) return std::unexpected(finished.error());
    if (auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
    return published;
}

base::Result<std::size_t> remove_old_records(SqliteFile& file, const Retention& retention, std::int64_t now_ms) {
    auto transaction = Transaction::begin(file, Access::write);
    if (!transaction) return std::unexpected(transaction.error());
    const auto partitions = sizes(file);
    if (!partitions) return std::unexpected(partitions.error());
    const auto bytes_limit = static_cast<std::int64_t>(std::min<std::uint64_t>(retention.partition_bytes, INT64_MAX));
    std::size_t removed = 0;
    for (const PartitionSize& partition : *partitions) {
        const auto trimmed = trim(file, partition, bytes_limit, now_ms - retention.age.count());
        if (!trimmed) return trimmed;
        removed += *trimmed;
    }
    if (auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
    return removed;
}

}  // namespace bus
