#include "services/gateway/identity.hpp"

#include <algorithm>
#include <span>

#include "base/sha256.hpp"
#include "flow/requests.hpp"
#include "runtime/http_wire.hpp"

namespace gateway {
namespace {

using base::ErrorCode;
using base::fail;
using runtime::Context;
using runtime::Request;

constexpr std::size_t longest_token_bytes = 4096;
constexpr std::chrono::seconds failure_cache_time{2};
constexpr std::chrono::seconds patience{5};
constexpr std::string_view protocol_field = "Sec-WebSocket-Protocol";
constexpr std::string_view token_protocol = "bearer.";
constexpr std::string_view nobody;  // remembered for a token that means nothing

// token68 (RFC 9110, section 11.2).
bool is_token(std::string_view text) {
    constexpr std::string_view allowed = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~+/=";
    return !text.empty() && text.size() <= longest_token_bytes &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

std::optional<std::string> offered_token(const Request& request) {
    if (!runtime::asks_for_web_socket(request)) return std::nullopt;
    for (const std::string& protocol : runtime::list_values(request.headers, protocol_field)) {
        if (protocol.starts_with(token_protocol)) return protocol.substr(token_protocol.size());
    }
    return std::nullopt;
}

std::string cache_key(const std::string& token) {
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(token)));
    return "key/" + hash.finish_hex();
}

std::unexpected<base::Error> not_valid() {
    return fail(ErrorCode::unauthenticated, "the key is not valid");
}

std::unexpected<base::Error> too_many_failures() {
    return fail(ErrorCode::rate_limited, "too many requests with keys that are not valid came from this address");
}

}  // namespace

base::Result<std::string> bearer_token(const Request& request) {
    const auto none = [](const char* why) { return fail(ErrorCode::unauthenticated, why); };
    const auto field = request.headers.find("Authorization");
    if (const auto offered = field ? std::nullopt : offered_token(request)) {
        if (!is_token(*offered)) return none("the key is not valid");
        return *offered;
    }
    if (!field) return none("send your API key as Authorization: Bearer KEY");
    if (request.headers.count("Authorization") != 1) return none("send one Authorization field");
    const std::size_t space = std::min(field->find(' '), field->size());
    if (!runtime::same_token(field->substr(0, space), "Bearer"))
        return none("send your API key as Authorization: Bearer KEY");
    std::string_view token = field->substr(space);
    while (token.starts_with(' '))
        token.remove_prefix(1);
    if (!is_token(token)) return none("the key is not valid");
    return std::string(token);
}

void remove_token(Request& request) {
    request.headers.remove("Authorization");
    std::string others;
    for (const std::string& protocol : runtime::list_values(request.headers, protocol_field)) {
        if (!protocol.starts_with(token_protocol)) others.append(others.empty() ? "" : ", ").append(protocol);
    }
    request.headers.remove(protocol_field);
    if (!others.empty()) request.headers.set(protocol_field, std::move(others));
}

Identity::Identity(const flow::Platform& platform, Limits& limits)
    : platform_(platform),
      limits_(limits),
      cache_time_(platform.config.duration("gateway.key_cache_time")),
      cache_faults_(
          platform.metrics.counter({"gateway_cache_faults_total", "Requests that the cache could not be asked about"})
              .with()) {}

base::Result<model::Principal> Identity::principal_of(const Request& request, const Context& context) {
    const auto token = bearer_token(request);
    if (!token) return std::unexpected(token.error());
    const std::string key = cache_key(*token);
    if (const auto known = remembered(key)) {
        if (*known == nobody) return failed(request);
        return model::parse_principal(*known);
    }
    // Whoever guesses is not let through to auth; a key that has just been used goes on.
    const Window failures = limits_.failures(request.peer_address);
    if (failures.used >= failures.limit) return too_many_failures();
    const auto asked = ask(*token, context);
    if (asked) {
        remember(key, *asked, cache_time_);
        return model::parse_principal(*asked);
    }
    if (asked.error().code != ErrorCode::unauthenticated) return std::unexpected(asked.error());
    remember(key, std::string(nobody), failure_cache_time);
    return failed(request);
}

std::unexpected<base::Error> Identity::failed(const Request& request) {
    if (limits_.count_failure(request.peer_address).exceeded()) return too_many_failures();
    return not_valid();
}

base::Result<std::string> Identity::ask(const std::string& token, const Context& context) {
    Context inner = context;
    inner.principal.clear();
    inner.deadline = std::min(context.deadline, platform_.clock.now() + patience);
    const auto answer = platform_.mesh.call("auth",
                                            {.method = "POST",
                                             .target = "/internal/authenticate",
                                             .headers = {{"Content-Type", "application/json"}},
                                             .body = base::to_canonical_json(base::JsonObject{{"token", token}})},
                                            inner);
    if (answer && answer->status == 401) return not_valid();
    const auto body = answer && answer->status == 200 ? base::parse_json(answer->body) : base::Result<base::Json>();
    const base::Json* principal = body ? body->member("principal") : nullptr;
    if (principal == nullptr || principal->text() == nullptr)
        return fail(ErrorCode::unavailable, "keys cannot be checked at the moment; try again");
    if (const auto read = model::parse_principal(*principal->text()); !read)
        return fail(ErrorCode::internal, "auth names a principal that cannot be read: " + read.error().message);
    return *principal->text();
}

std::optional<std::string> Identity::remembered(const std::string& hash) {
    auto value = ask_cache(platform_.cache, [&](cache::TenantCache& own) { return own.get(hash); });
    if (!value) cache_faults_.add();
    return value.value_or(std::nullopt);
}

void Identity::remember(const std::string& hash, const std::string& principal, std::chrono::milliseconds time) {
    if (time.count() <= 0) return;
    const auto kept =
        ask_cache(platform_.cache, [&](cache::TenantCache& own) { return own.set(hash, principal, time); });
    if (!kept) cache_faults_.add();
}

}  // namespace gateway
