#include "store/housekeeping.hpp"

#include <array>

namespace store {
namespace {

struct Rule {
    std::string_view sql;
    std::chrono::milliseconds Retention::* age;
};

constexpr std::chrono::milliseconds Retention::* expired_by_itself = nullptr;

constexpr std::array rules{
    Rule{"delete from outbox where (tenant_id, id) in (select tenant_id, id from outbox where published_ms is not null"
         " and published_ms <= {now_ms} - :age limit :limit)",
         &Retention::published_events},
    Rule{"delete from inbox where (tenant_id, consumer, event_id) in (select tenant_id, consumer, event_id from inbox"
         " where seen_ms <= {now_ms} - :age limit :limit)",
         &Retention::seen_events},
    Rule{"delete from work where (tenant_id, id) in (select tenant_id, id from work where state in ('done', 'buried', "
         "'cancelled')"
         " and changed_ms <= {now_ms} - :age limit :limit)",
         &Retention::ended_work},
    Rule{"delete from idempotency where (tenant_id, key_hash) in (select tenant_id, key_hash from idempotency"
         " where expires_ms <= {now_ms} - :age limit :limit)",
         expired_by_itself},
};

base::Result<std::int64_t> apply(System system, const Rule& rule, const Retention& retention, std::int64_t limit) {
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const std::int64_t age_ms = rule.age == nullptr ? 0 : (retention.*rule.age).count();
    auto removed = transaction->execute(rule.sql, {{"age", age_ms}, {"limit", limit}});
    if (!removed) return removed;
    const auto position = transaction->commit();
    if (!position) return std::unexpected(position.error());
    return removed;
}

}  // namespace

base::Result<std::int64_t> prune(System system, const Retention& retention, std::int64_t limit) {
    std::int64_t total = 0;
    for (const Rule& rule : rules) {
        const auto removed = apply(system, rule, retention, limit);
        if (!removed) return removed;
        total += *removed;
    }
    return total;
}

}  // namespace store
