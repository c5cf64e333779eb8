#include "services/upload/long_call.hpp"

#include <tuple>

#include "base/sha256.hpp"

namespace upload {
namespace {

constexpr std::size_t longest_key = 255;
constexpr std::chrono::hours longest_call{6};
constexpr std::string_view location = "Location";

std::string hash_of(const base::Json& identity) {
    base::Sha256 hash;
    const std::string text = base::to_canonical_json(identity);
    hash.update(std::as_bytes(std::span(text)));
    return hash.finish_hex();
}

runtime::Response replayed(const store::StoredResponse& stored) {
    runtime::Response response =
        runtime::bytes_response(static_cast<int>(stored.status), "application/json", stored.body);
    if (!stored.headers.empty()) response.headers.set(location, stored.headers);
    response.headers.set("Idempotent-Replayed", "true");
    return response;
}

}  // namespace

base::Result<LongCall::Start> LongCall::begin(const Shared& shared, const Unit& unit, const runtime::Request& request,
                                              std::string_view principal_id, const base::Json& identity) {
    std::unique_ptr<LongCall> made(new LongCall(shared, unit));
    const auto key = request.headers.find("Idempotency-Key");
    if (!key) return made;
    if (key->empty() || key->size() > longest_key)
        return base::fail(base::ErrorCode::invalid_argument, "Idempotency-Key must be 1 to 255 characters");
    made->operation_ = request.method + " " + request.target.substr(0, request.target.find('?'));
    made->principal_id_ = principal_id;
    made->key_ = *key;
    made->hash_ = hash_of(identity);
    auto start = in_write(*shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) {
        return store::begin_idempotent(transaction, made->call());
    });
    if (!start) return pass_on(start);
    if (start->replay) return replayed(*start->replay);
    made->token_ = start->token;
    made->running_ = true;
    return made;
}

store::IdempotentCall LongCall::call() const {
    return {.operation = operation_,
            .principal_id = principal_id_,
            .key = key_,
            .request_hash = hash_,
            .running_limit = longest_call};
}

// A key that cannot be freed here is free when its time is over.
LongCall::~LongCall() {
    if (!running_) return;
    std::ignore = in_write(*shared_, unit_.tenant_id, unit_.origin, [&](store::Transaction& transaction) {
        return store::forget_idempotent(transaction, call(), token_);
    });
}

base::Result<void> LongCall::finish(store::Transaction& transaction, const runtime::Response& response) {
    if (!running_) return {};
    const auto* body = std::get_if<std::string>(&response.body);
    return store::finish_idempotent(transaction, call(), token_,
                                    {.status = response.status,
                                     .headers = std::string(response.headers.find(location).value_or("")),
                                     .body = body == nullptr ? std::string() : *body});
}

}  // namespace upload
