#include "store/relay.hpp"

namespace store {

base::Result<std::vector<OutboxRow>> unpublished(System system, std::int64_t limit) {
    auto transaction = system.read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto rows = transaction->query(
        "select tenant_id, id, topic, partition_key, event from outbox where published_ms is null order by order_key "
        "limit :limit",
        {{"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<OutboxRow> result;
    result.reserve(rows->size());
    for (const Row& row : *rows) {
        result.push_back(
            {{row.text("tenant_id"), row.text("id")}, row.text("topic"), row.text("partition_key"), row.text("event")});
    }
    return result;
}

base::Result<void> mark_published(System system, std::span<const OutboxKey> keys) {
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    for (const OutboxKey& key : keys) {
        const auto marked = transaction->execute(
            "update outbox set published_ms = {now_ms} where tenant_id = :tenant_id and id = :id and published_ms is "
            "null",
            {{"tenant_id", key.tenant_id}, {"id", key.id}});
        if (!marked) return std::unexpected(marked.error());
    }
    const auto position = transaction->commit();
    if (!position) return std::unexpected(position.error());
    return {};
}

base::Result<Backlog> outbox_backlog(System system) {
    auto transaction = system.read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto row = transaction->query_one(
        "select count(*) as events, coalesce({now_ms} - min(created_ms), 0) as age from outbox where published_ms is "
        "null");
    if (!row) return std::unexpected(row.error());
    return Backlog{(*row)->integer("events"), (*row)->integer("age")};
}

}  // namespace store
