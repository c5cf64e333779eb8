#include "store/idempotency.hpp"

#include "base/ids.hpp"
#include "base/json.hpp"

namespace store {
namespace {

using base::ErrorCode;

std::string key_hash(const IdempotentCall& call) {
    const std::string all = base::to_canonical_json(base::JsonArray{call.operation, call.principal_id, call.key});
    return base::derived_id("idempotency", all);
}

// The token of a new record is its time, so that it is larger than any that a forgotten record of this key had.
base::Result<std::optional<Row>> insert_first(Transaction& transaction, const IdempotentCall& call,
                                              const std::string& hash) {
    return transaction.query_one(
        "insert into idempotency (tenant_id, key_hash, request_hash, state, token, created_ms, expires_ms)"
        " values (:tenant, :key_hash, :request_hash, 'running', {now_ms}, {now_ms}, {now_ms} + :limit)"
        " on conflict (tenant_id, key_hash) do nothing returning token",
        {{"key_hash", hash}, {"request_hash", call.request_hash}, {"limit", std::int64_t{call.running_limit.count()}}});
}

// The record's time is over: this request takes its place. Gives the new token.
base::Result<IdempotentStart> take_over(Transaction& transaction, const IdempotentCall& call, const std::string& hash) {
    const auto row = transaction.query_one(
        "update idempotency set request_hash = :request_hash, state = 'running', token = token + 1, created_ms = "
        "{now_ms},"
        " expires_ms = {now_ms} + :limit, status = null, headers = null, body = null, body_key_id = null"
        " where tenant_id = :tenant and key_hash = :key_hash returning token",
        {{"key_hash", hash}, {"request_hash", call.request_hash}, {"limit", std::int64_t{call.running_limit.count()}}});
    if (!row) return std::unexpected(row.error());
    return IdempotentStart{std::nullopt, (*row)->integer("token")};
}

base::Result<IdempotentStart> answer(Transaction& transaction, const IdempotentCall& call, const std::string& hash,
                                     const Row& row) {
    if (row.flag("expired")) return take_over(transaction, call, hash);
    if (row.text("request_hash") != call.request_hash) {
        return base::fail(ErrorCode::idempotency_mismatch,
                          "this Idempotency-Key was used for another request; use a new one");
    }
    if (row.text("state") == "running") {
        return base::fail(ErrorCode::idempotency_in_progress,
                          "the first request with this Idempotency-Key still runs; try again later");
    }
    const auto body = transaction.unseal({row.bytes("body"), row.text("body_key_id")});
    if (!body) return std::unexpected(body.error());
    return IdempotentStart{StoredResponse{row.integer("status"), row.text("headers"), *body}, 0};
}

base::Result<void> exactly_one(Transaction& transaction, const base::Result<std::int64_t>& changed) {
    if (!changed) return std::unexpected(changed.error());
    if (*changed == 1) return {};
    return transaction.abort(
        {ErrorCode::conflict, "the request took longer than its limit and another one has taken its place"});
}

}  // namespace

base::Result<IdempotentStart> begin_idempotent(Transaction& transaction, const IdempotentCall& call) {
    const std::string hash = key_hash(call);
    const auto first = insert_first(transaction, call, hash);
    if (!first) return std::unexpected(first.error());
    if (first->has_value()) return IdempotentStart{std::nullopt, (*first)->integer("token")};
    const auto row = transaction.query_one(
        "select request_hash, state, status, headers, body, body_key_id, case when expires_ms <= {now_ms} then 1 else "
        "0 end as "
        "expired"
        " from idempotency where tenant_id = :tenant and key_hash = :key_hash {for_update}",
        {{"key_hash", hash}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value())
        return base::fail(ErrorCode::idempotency_in_progress, "the request is being forgotten; try again");
    return answer(transaction, call, hash, **row);
}

base::Result<void> finish_idempotent(Transaction& transaction, const IdempotentCall& call, std::int64_t token,
                                     const StoredResponse& response) {
    const auto sealed = transaction.seal(response.body);
    if (!sealed) return std::unexpected(sealed.error());
    return exactly_one(
        transaction, transaction.execute(
                         "update idempotency set state = 'done', status = :status, headers = :headers, body = :body,"
                         " body_key_id = :body_key_id, expires_ms = {now_ms} + :keep"
                         " where tenant_id = :tenant and key_hash = :key_hash and token = :token and state = 'running'",
                         {{"key_hash", key_hash(call)},
                          {"token", token},
                          {"status", response.status},
                          {"headers", response.headers},
                          {"body", sealed->bytes},
                          {"body_key_id", sealed->key_id},
                          {"keep", std::int64_t{call.keep.count()}}}));
}

base::Result<void> forget_idempotent(Transaction& transaction, const IdempotentCall& call, std::int64_t token) {
    return exactly_one(transaction,
                       transaction.execute("delete from idempotency where tenant_id = :tenant and key_hash = :key_hash"
                                           " and token = :token and state = 'running'",
                                           {{"key_hash", key_hash(call)}, {"token", token}}));
}

}  // namespace store
