#include "store/work.hpp"

namespace store {
namespace {

using base::ErrorCode;
using std::chrono::milliseconds;

base::Error lost(const Claim& claim) {
    return {ErrorCode::lease_lost, "the lease of the work " + claim.id + " (" + claim.kind +
                                       ") was lost: it is drained, cancelled or with another instance"};
}

// A change of a leased row that must still be ours.
base::Result<void> must_be_ours(Transaction& transaction, const Claim& claim,
                                const base::Result<std::int64_t>& changed) {
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 1) return {};
    return transaction.abort(lost(claim));
}

base::Result<bool> one_changed(const base::Result<std::int64_t>& changed) {
    if (!changed) return std::unexpected(changed.error());
    return *changed == 1;
}

}  // namespace

base::Result<std::string> add_work(Transaction& transaction, const WorkDraft& draft) {
    std::string id = draft.id.empty() ? transaction.new_id() : draft.id;
    const auto added = transaction.execute(
        "insert into work (tenant_id, id, kind, subject, requirement, priority, state, owner, lease_expires_ms, token, "
        "attempts,"
        " most_attempts, not_before_ms, payload, correlation_id, traceparent, error, created_ms, changed_ms)"
        " values (:tenant, :id, :kind, :subject, :requirement, :priority, 'ready', '', 0, 0, 0,"
        " :most_attempts, {now_ms} + :delay, :payload, :correlation_id, :traceparent, '', {now_ms}, {now_ms})"
        " on conflict (tenant_id, id) do nothing",
        {{"id", id},
         {"kind", draft.kind},
         {"subject", draft.subject},
         {"requirement", draft.requirement},
         {"priority", draft.priority},
         {"most_attempts", draft.most_attempts},
         {"delay", std::int64_t{draft.delay.count()}},
         {"payload", draft.payload},
         {"correlation_id", transaction.origin().correlation_id},
         {"traceparent", transaction.origin().traceparent}});
    if (!added) return std::unexpected(added.error());
    return id;
}

base::Result<void> complete_work(Transaction& transaction, const Claim& claim) {
    return must_be_ours(
        transaction, claim,
        transaction.execute("update work set state = 'done', changed_ms = {now_ms}"
                            " where tenant_id = :tenant and id = :id and token = :token and state = 'leased'",
                            {{"id", claim.id}, {"token", claim.token}}));
}

base::Result<void> check_work(Transaction& transaction, const Claim& claim) {
    const auto row = transaction.query_one(
        "select token from work where tenant_id = :tenant and id = :id and token = :token and state = 'leased' "
        "{for_update}",
        {{"id", claim.id}, {"token", claim.token}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return transaction.abort(lost(claim));
    return {};
}

base::Result<WorkFate> fail_work(Transaction& transaction, const Claim& claim, std::string_view error,
                                 milliseconds retry_after, bool is_last) {
    const auto row = transaction.query_one(
        "update work set state = case when attempts >= most_attempts or :is_last = 1 then 'dead' else 'ready' end,"
        " not_before_ms = {now_ms} + :retry_after, error = :error, changed_ms = {now_ms}"
        " where tenant_id = :tenant and id = :id and token = :token and state = 'leased' returning state",
        {{"id", claim.id},
         {"token", claim.token},
         {"error", error},
         {"is_last", is_last},
         {"retry_after", std::int64_t{retry_after.count()}}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return transaction.abort(lost(claim));
    return (*row)->text("state") == "dead" ? WorkFate::dead : WorkFate::retried;
}

base::Result<bool> bury_work(Transaction& transaction, std::string_view id) {
    return one_changed(
        transaction.execute("update work set state = 'buried', changed_ms = {now_ms} where tenant_id = :tenant and id "
                            "= :id and state = 'dead'",
                            {{"id", id}}));
}

base::Result<bool> revive_work(Transaction& transaction, std::string_view id) {
    return one_changed(transaction.execute(
        "update work set state = 'ready', attempts = 0, not_before_ms = {now_ms}, changed_ms = {now_ms}"
        " where tenant_id = :tenant and id = :id and state in ('dead', 'buried')",
        {{"id", id}}));
}

base::Result<std::int64_t> cancel_work(Transaction& transaction, std::string_view subject, std::string_view kind) {
    return transaction.execute(
        "update work set state = 'cancelled', changed_ms = {now_ms} where tenant_id = :tenant and subject = :subject"
        " and (:kind = '' or kind = :kind) and state in ('ready', 'leased', 'dead')",
        {{"subject", subject}, {"kind", kind}});
}

}  // namespace store
