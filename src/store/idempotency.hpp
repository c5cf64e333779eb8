// Idempotency keys (draft-ietf-httpapi-idempotency-key-header-07) as rows of the tenant, committed with the effect: the
// first request runs; while it runs, another with the same key is idempotency_in_progress (409); with another body it
// is idempotency_mismatch (422); afterwards the stored response, whose body is sealed, is replayed until the record
// expires.
//
// An effect of one transaction calls begin, does its work and calls finish in it. A longer one commits after begin and
// calls finish in its last transaction; if its process dies, the key is free again when `running_limit` has passed.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/transaction.hpp"

namespace store {

struct IdempotentCall {
    std::string_view operation;     // such as "POST /v1/sessions": keys of different operations do not meet
    std::string_view principal_id;  // nor do those of different callers
    std::string_view key;           // as the client sent it
    std::string_view request_hash;  // of the body and whatever else makes it this request
    std::chrono::milliseconds running_limit{60'000};
    std::chrono::milliseconds keep{24 * 3'600'000};
};

struct StoredResponse {
    std::int64_t status = 0;
    std::string headers;  // as the caller writes them
    std::string body;
    bool operator==(const StoredResponse&) const = default;
};

struct IdempotentStart {
    std::optional<StoredResponse> replay;  // give this, and do nothing
    std::int64_t token = 0;                // for finish, when there is no replay
};

/// Errors: idempotency_in_progress, idempotency_mismatch.
base::Result<IdempotentStart> begin_idempotent(Transaction& transaction, const IdempotentCall& call);

/// Errors: conflict when the record went to another request because this one took longer than its limit.
base::Result<void> finish_idempotent(Transaction& transaction, const IdempotentCall& call, std::int64_t token,
                                     const StoredResponse& response);

/// Frees the key after a failure that the client should be able to try again.
base::Result<void> forget_idempotent(Transaction& transaction, const IdempotentCall& call, std::int64_t token);

}  // namespace store
