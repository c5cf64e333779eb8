#include "services/notification/feed.hpp"

#include <algorithm>

namespace notification {
namespace {

using base::Result;

constexpr std::int64_t recent_ms = 60'000;
constexpr std::int64_t most_swept = 1000;  // rows in one transaction
constexpr std::int64_t tenants_a_sweep = 50;

const std::string columns = "select seq, event_id, session_id, type, event from notification_feed";

FeedRow to_row(const store::Row& row) {
    return {row.integer("seq"), row.text("event_id"), row.text("session_id"), row.text("type"), row.text("event")};
}

Result<std::vector<FeedRow>> to_rows(const Result<store::Rows>& rows) {
    if (!rows) return std::unexpected(rows.error());
    std::vector<FeedRow> list;
    std::ranges::transform(*rows, std::back_inserter(list), to_row);
    return list;
}

Result<std::int64_t> next_seq(store::Transaction& transaction) {
    const auto row = transaction.query_one(
        "insert into notification_heads (tenant_id, last_seq, swept_seq, changed_ms)"
        " values (:tenant, 1, 0, {now_ms}) on conflict (tenant_id) do update"
        " set last_seq = notification_heads.last_seq + 1, changed_ms = excluded.changed_ms returning last_seq");
    if (!row) return std::unexpected(row.error());
    return (*row)->integer("last_seq");
}

struct Expired {
    std::string tenant_id;
    std::int64_t first_seq = 0;
    std::int64_t last_seq = 0;
};

Result<std::vector<Expired>> expired_feeds(store::System system, std::int64_t before_ms) {
    auto reading = system.read();
    if (!reading) return std::unexpected(reading.error());
    const auto rows = reading->query(
        "select tenant_id, min(seq) as first_seq, max(seq) as last_seq from notification_feed"
        " where created_ms < :before group by tenant_id limit :limit",
        {{"before", before_ms}, {"limit", tenants_a_sweep}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<Expired> list;
    for (const store::Row& row : *rows)
        list.push_back({row.text("tenant_id"), row.integer("first_seq"), row.integer("last_seq")});
    return list;
}

Result<void> sweep(store::Database& database, const std::string& tenant_id, std::int64_t upto) {
    auto transaction = database.tenant(tenant_id, {.source = "notification"}).write();
    if (!transaction) return std::unexpected(transaction.error());
    const auto removed = transaction->execute(
        "delete from notification_feed where tenant_id = :tenant and seq <= :upto", {{"upto", upto}});
    if (!removed) return std::unexpected(removed.error());
    const auto noted = transaction->execute(
        "update notification_heads set swept_seq = :upto where tenant_id = :tenant and swept_seq < :upto",
        {{"upto", upto}});
    if (!noted) return std::unexpected(noted.error());
    const auto committed = transaction->commit();
    return committed ? Result<void>() : std::unexpected(committed.error());
}

}  // namespace

Result<std::optional<std::int64_t>> append_feed(store::Transaction& transaction, const FeedRow& row) {
    const auto there =
        transaction.query_one("select seq from notification_feed where tenant_id = :tenant and event_id = :event_id",
                              {{"event_id", row.event_id}});
    if (!there) return std::unexpected(there.error());
    if (*there) return std::nullopt;
    const auto seq = next_seq(transaction);
    if (!seq) return std::unexpected(seq.error());
    const auto added = transaction.execute(
        "insert into notification_feed (tenant_id, seq, event_id, session_id, type, event, created_ms)"
        " values (:tenant, :seq, :event_id, :session_id, :type, :event, {now_ms})",
        {{"seq", *seq},
         {"event_id", row.event_id},
         {"session_id", row.session_id},
         {"type", row.type},
         {"event", row.event}});
    if (!added) return std::unexpected(added.error());
    return *seq;
}

Result<FeedEnds> feed_ends(store::Reading& reading) {
    const auto row = reading.query_one("select last_seq, swept_seq from notification_heads where tenant_id = :tenant");
    if (!row) return std::unexpected(row.error());
    return *row ? FeedEnds{(*row)->integer("last_seq"), (*row)->integer("swept_seq")} : FeedEnds{};
}

Result<std::vector<FeedRow>> read_feed(store::Reading& reading, const FeedQuery& query) {
    if (query.session_id.empty())
        return to_rows(reading.query(columns + " where tenant_id = :tenant and seq > :after order by seq limit :limit",
                                     {{"after", query.after}, {"limit", query.limit}}));
    return to_rows(reading.query(
        columns + " where tenant_id = :tenant and session_id = :session_id and seq > :after order by seq limit :limit",
        {{"session_id", query.session_id}, {"after", query.after}, {"limit", query.limit}}));
}

Result<std::optional<FeedRow>> last_turn(store::Reading& reading, std::string_view session_id) {
    const auto row =
        reading.query_one(columns +
                              " where tenant_id = :tenant and session_id = :session_id and type in ('session.queued',"
                              " 'session.completed', 'session.failed', 'session.cancelled', 'session.deleted')"
                              " order by seq desc limit 1",
                          {{"session_id", session_id}});
    if (!row) return std::unexpected(row.error());
    return *row ? std::optional(to_row(**row)) : std::nullopt;
}

Result<std::vector<FeedHead>> recent_heads(store::System system) {
    auto reading = system.read();
    if (!reading) return std::unexpected(reading.error());
    const auto rows =
        reading->query("select tenant_id, last_seq from notification_heads where changed_ms > {now_ms} - :recent",
                       {{"recent", recent_ms}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<FeedHead> heads;
    for (const store::Row& row : *rows)
        heads.push_back({row.text("tenant_id"), row.integer("last_seq")});
    return heads;
}

Result<bool> sweep_feeds(store::Database& database, std::int64_t before_ms) {
    const auto feeds = expired_feeds(database.system(store::SystemCaller::sweeper), before_ms);
    if (!feeds) return std::unexpected(feeds.error());
    bool more = std::ssize(*feeds) == tenants_a_sweep;
    for (const Expired& feed : *feeds) {
        const std::int64_t upto = std::min(feed.last_seq, feed.first_seq + most_swept - 1);
        more = more || upto < feed.last_seq;
        if (auto swept = sweep(database, feed.tenant_id, upto); !swept) return std::unexpected(swept.error());
    }
    return more;
}

}  // namespace notification
