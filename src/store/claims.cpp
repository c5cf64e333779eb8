#include "store/work.hpp"

namespace store {
namespace {

using std::chrono::milliseconds;

// Candidates tried before giving up for now, when others take them from under us.
constexpr std::int64_t most_candidates = 8;

constexpr std::string_view anything_sql =
    "select 1 as found where exists (select 1 from work where kind = :kind and state = 'ready' and not_before_ms <= "
    "{now_ms}"
    " and (requirement = '' or requirement = :capability))"
    " or exists (select 1 from work where state = 'leased' and lease_expires_ms <= {now_ms})";

constexpr std::string_view reap_sql =
    "update work set state = case when attempts >= most_attempts then 'dead' else 'ready' end, not_before_ms = "
    "{now_ms},"
    " error = 'the lease of ' || owner || ' expired', changed_ms = {now_ms}"
    " where state = 'leased' and lease_expires_ms <= {now_ms}";

// `waiting` hops from tenant to tenant along the index work_choice; `first` is each one's next piece; the tenant that
// holds the fewest leases goes first.
constexpr std::string_view candidates_sql =
    "with recursive waiting (tenant_id) as ("
    "  select min(tenant_id) from work where kind = :kind and state = 'ready'"
    "  union all"
    "  select (select min(w.tenant_id) from work w where w.kind = :kind and w.state = 'ready' and w.tenant_id > "
    "waiting.tenant_id)"
    "  from waiting where waiting.tenant_id is not null),"
    " first (tenant_id, id) as ("
    "  select waiting.tenant_id, (select w.id from work w where w.kind = :kind and w.state = 'ready'"
    "    and w.tenant_id = waiting.tenant_id and w.not_before_ms <= {now_ms} and (w.requirement = '' or w.requirement "
    "= :capability)"
    "    order by w.priority desc, w.created_ms, w.id limit 1)"
    "  from waiting where waiting.tenant_id is not null)"
    " select work.tenant_id as tenant_id, work.id as id, (select count(*) from work l where l.kind = :kind and l.state "
    "= 'leased'"
    "   and l.tenant_id = work.tenant_id) as leased"
    " from first join work on work.tenant_id = first.tenant_id and work.id = first.id"
    " order by leased, work.priority desc, work.created_ms, work.id limit :limit";

constexpr std::string_view lock_sql =
    "select 1 as found from work where tenant_id = :tenant_id and id = :id and state = 'ready' {skip_locked}";

constexpr std::string_view claim_sql =
    "update work set state = 'leased', owner = :owner, token = token + 1, attempts = attempts + 1,"
    " lease_expires_ms = {now_ms} + :lease, changed_ms = {now_ms} where tenant_id = :tenant_id and id = :id"
    " returning tenant_id, id, kind, subject, payload, token, attempts, most_attempts, correlation_id, traceparent";

Claim claim_of(const Row& row) {
    return {.tenant_id = row.text("tenant_id"),
            .id = row.text("id"),
            .kind = row.text("kind"),
            .subject = row.text("subject"),
            .payload = row.text("payload"),
            .token = row.integer("token"),
            .attempt = row.integer("attempts"),
            .most_attempts = row.integer("most_attempts"),
            .correlation_id = row.text("correlation_id"),
            .traceparent = row.text("traceparent")};
}

base::Result<bool> anything_to_claim(System system, const ClaimRequest& request) {
    auto transaction = system.read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto row = transaction->query_one(anything_sql, {{"kind", request.kind}, {"capability", request.capability}});
    if (!row) return std::unexpected(row.error());
    return row->has_value();
}

base::Result<std::optional<Row>> take_candidate(SystemTransaction& transaction, const ClaimRequest& request,
                                                const Row& candidate) {
    const auto locked =
        transaction.query_one(lock_sql, {{"tenant_id", candidate.text("tenant_id")}, {"id", candidate.text("id")}});
    if (!locked) return std::unexpected(locked.error());
    if (!locked->has_value()) return std::nullopt;
    return transaction.query_one(claim_sql, {{"tenant_id", candidate.text("tenant_id")},
                                             {"id", candidate.text("id")},
                                             {"owner", request.owner},
                                             {"lease", std::int64_t{request.lease.count()}}});
}

base::Result<std::optional<Claim>> take_fairly(SystemTransaction& transaction, const ClaimRequest& request) {
    const auto candidates = transaction.query(
        candidates_sql, {{"kind", request.kind}, {"capability", request.capability}, {"limit", most_candidates}});
    if (!candidates) return std::unexpected(candidates.error());
    for (const Row& candidate : *candidates) {
        const auto taken = take_candidate(transaction, request, candidate);
        if (!taken) return std::unexpected(taken.error());
        if (taken->has_value()) return claim_of(**taken);
    }
    return std::nullopt;
}

base::Result<void> committed(SystemTransaction& transaction) {
    const auto position = transaction.commit();
    if (!position) return std::unexpected(position.error());
    return {};
}

base::Result<std::vector<WorkCount>> count(System system, std::string_view sql) {
    auto transaction = system.read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto rows = transaction->query(sql);
    if (!rows) return std::unexpected(rows.error());
    std::vector<WorkCount> counts;
    for (const Row& row : *rows)
        counts.push_back({row.text("kind"), row.text("state"), row.integer("count")});
    return counts;
}

}  // namespace

base::Result<std::optional<Claim>> claim_work(System system, const ClaimRequest& request) {
    const auto anything = anything_to_claim(system, request);
    if (!anything) return std::unexpected(anything.error());
    if (!*anything) return std::nullopt;
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    if (const auto reaped = transaction->execute(reap_sql); !reaped) return std::unexpected(reaped.error());
    auto claim = take_fairly(*transaction, request);
    if (!claim) return claim;
    if (auto end = committed(*transaction); !end) return std::unexpected(std::move(end.error()));
    return claim;
}

base::Result<std::vector<Claim>> heartbeat(System system, const std::vector<Claim>& claims, milliseconds lease) {
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    std::vector<Claim> lost;
    for (const Claim& claim : claims) {
        const auto prolonged = transaction->execute(
            "update work set lease_expires_ms = {now_ms} + :lease"
            " where tenant_id = :tenant_id and id = :id and token = :token and state = 'leased'",
            {{"tenant_id", claim.tenant_id},
             {"id", claim.id},
             {"token", claim.token},
             {"lease", std::int64_t{lease.count()}}});
        if (!prolonged) return std::unexpected(prolonged.error());
        if (*prolonged == 0) lost.push_back(claim);
    }
    if (auto end = committed(*transaction); !end) return std::unexpected(std::move(end.error()));
    return lost;
}

base::Result<void> release_work(System system, const std::vector<Claim>& claims) {
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    for (const Claim& claim : claims) {
        const auto released = transaction->execute(
            "update work set state = 'ready', attempts = attempts - 1, not_before_ms = {now_ms}, changed_ms = {now_ms}"
            " where tenant_id = :tenant_id and id = :id and token = :token and state = 'leased'",
            {{"tenant_id", claim.tenant_id}, {"id", claim.id}, {"token", claim.token}});
        if (!released) return std::unexpected(released.error());
    }
    return committed(*transaction);
}

base::Result<std::int64_t> reap_work(System system) {
    auto transaction = system.write();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    auto reaped = transaction->execute(reap_sql);
    if (!reaped) return reaped;
    if (auto end = committed(*transaction); !end) return std::unexpected(std::move(end.error()));
    return reaped;
}

base::Result<std::vector<DeadWork>> dead_work(System system, std::string_view kind, std::int64_t limit) {
    auto transaction = system.read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    const auto rows = transaction->query(
        "select tenant_id, id, kind, subject, payload, token, attempts, most_attempts, correlation_id, traceparent, "
        "error"
        " from work"
        " where kind = :kind and state = 'dead' order by tenant_id, priority desc, created_ms, id limit :limit",
        {{"kind", kind}, {"limit", limit}});
    if (!rows) return std::unexpected(rows.error());
    std::vector<DeadWork> dead;
    for (const Row& row : *rows)
        dead.push_back({claim_of(row), row.text("error")});
    return dead;
}

base::Result<std::vector<WorkCount>> count_work(System system) {
    return count(system, "select kind, state, count(*) as count from work group by kind, state order by kind, state");
}

base::Result<std::vector<WorkCount>> count_open_work(System system) {
    return count(system,
                 "select kind, state, count(*) as count from work where state in ('ready', 'leased', 'dead')"
                 " group by kind, state order by kind, state");
}

}  // namespace store
