#include "flow/requests.hpp"

#include <algorithm>
#include <charconv>

#include "base/base64url.hpp"
#include "base/encoding.hpp"
#include "base/sha256.hpp"
#include "runtime/problem.hpp"
#include "store/idempotency.hpp"

namespace flow {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::Context;
using runtime::Request;
using runtime::Response;

constexpr std::int64_t most_items_a_page = 100;
constexpr std::size_t longest_idempotency_key = 255;

// The media type without its parameters.
std::string_view media_type(const Request& request) {
    const std::string_view field = request.headers.find("Content-Type").value_or("");
    std::string_view type = field.substr(0, field.find(';'));
    while (type.ends_with(' '))
        type.remove_suffix(1);
    return type;
}

std::string digest(std::string_view text) {
    base::Sha256 hash;
    hash.update(std::as_bytes(std::span(text)));
    return hash.finish_hex();
}

std::string headers_text(const runtime::Headers& headers) {
    base::JsonArray fields;
    for (const auto& field : headers)
        fields.push_back(base::JsonArray{field.name, field.value});
    return base::to_canonical_json(fields);
}

Result<Response> stored_response(const store::StoredResponse& stored) {
    Response response{.status = static_cast<int>(stored.status), .body = stored.body};
    const auto fields = base::parse_json(stored.headers);
    if (!fields) return std::unexpected(fields.error());
    for (const base::Json& field : *fields->array())
        response.headers.add(*(*field.array())[0].text(), *(*field.array())[1].text());
    response.headers.set("Idempotent-Replayed", "true");
    return response;
}

// The key's calls do not meet those of other routes: "POST /v1/sessions".
std::string operation_of(const Request& request) {
    return request.method + " " + request.target.substr(0, request.target.find('?'));
}

Result<Response> commit(store::Transaction& transaction, Result<Response> response) {
    if (!response) return response;
    const auto committed = transaction.commit();
    if (!committed) return std::unexpected(committed.error());
    return response;
}

Result<Response> run_once(store::Transaction& transaction, const store::IdempotentCall& call,
                          const std::function<Result<Response>(store::Transaction&)>& effect) {
    const auto start = store::begin_idempotent(transaction, call);
    if (!start) return std::unexpected(start.error());
    if (start->replay) return stored_response(*start->replay);
    auto response = effect(transaction);
    if (!response) return response;
    const auto* body = std::get_if<std::string>(&response->body);
    if (body == nullptr) return base::fail(ErrorCode::internal, "only an answer of bytes can be kept for repetitions");
    const store::StoredResponse stored{response->status, headers_text(response->headers), *body};
    const auto finished = store::finish_idempotent(transaction, call, start->token, stored);
    if (!finished) return std::unexpected(finished.error());
    return commit(transaction, std::move(response));
}

}  // namespace

Result<model::Principal> principal_of(const Context& context) {
    if (context.principal.empty()) return base::fail(ErrorCode::unauthenticated, "nobody says who asks; send a key");
    return model::parse_principal(context.principal);
}

Result<model::Principal> authorize(const Context& context, model::Action action, std::string_view owner_id) {
    auto principal = principal_of(context);
    if (!principal) return principal;
    const auto may = model::authorize(*principal, action, {principal->tenant_id, owner_id});
    if (!may) return std::unexpected(may.error());
    return principal;
}

model::Principal service_principal(std::string_view service, std::string_view tenant_id) {
    return {.kind = model::PrincipalKind::service,
            .tenant_id = std::string(tenant_id),
            .id = std::string(service),
            .roles = {model::Role::admin},
            .scopes = {"*"}};
}

Context service_context(const Platform& platform, std::string_view service, std::string_view tenant_id,
                        const store::Origin& origin, std::chrono::milliseconds patience) {
    const auto trace = runtime::parse_traceparent(origin.traceparent);
    return {.correlation_id = origin.correlation_id.empty() ? platform.ids.next() : origin.correlation_id,
            .trace = trace ? runtime::child_of(*trace, platform.random) : runtime::new_trace(platform.random),
            .deadline = platform.clock.now() + patience,
            .principal = model::to_text(service_principal(service, tenant_id))};
}

store::Origin origin_of(const Context& context, std::string_view service) {
    return {.source = std::string(service),
            .correlation_id = context.correlation_id,
            .traceparent = context.trace.trace_id.empty() ? "" : runtime::format_traceparent(context.trace)};
}

store::Origin origin_of(const model::Event& event, std::string_view service) {
    return {.source = std::string(service),
            .correlation_id = event.correlation_id,
            .causation_id = event.id,
            .traceparent = event.traceparent,
            .tenant_epoch = event.tenant_epoch};
}

Result<base::Json> json_body(const Request& request) {
    if (!runtime::same_token(media_type(request), "application/json"))
        return base::fail(ErrorCode::request_malformed, "the body must be JSON, with Content-Type: application/json");
    auto body = base::parse_json(request.body);
    if (body && body->object() == nullptr)
        return base::fail(ErrorCode::json_malformed, "the body must be a JSON object");
    return body;
}

ErrorCode code_named(std::string_view name) {
    const auto catalogue = base::error_catalogue();
    const auto found = std::ranges::find(catalogue, name, &base::ErrorKind::name);
    return found == catalogue.end() ? ErrorCode::unavailable : found->code;
}

Result<std::string> body_of(Result<runtime::ClientResponse> answer) {
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (answer->status >= 200 && answer->status < 300) return std::move(answer->body);
    const std::string told = "a service answered " + std::to_string(answer->status);
    const auto problem = base::parse_json(answer->body);
    if (!problem) return base::fail(ErrorCode::unavailable, told);
    const auto text_of = [&](std::string_view name) {
        const base::Json* member = problem->member(name);
        return member != nullptr && member->text() != nullptr ? *member->text() : std::string();
    };
    const std::string detail = text_of("detail");
    return base::fail(code_named(text_of("code")), detail.empty() ? told : detail);
}

Response json_response(int status, const base::Json& body) {
    return runtime::bytes_response(status, "application/json", base::to_canonical_json(body));
}

Response answer(Result<Response> result, const Context& context) {
    return result ? std::move(*result) : runtime::problem_response(result.error(), context);
}

Response page_response(base::JsonArray items, const std::optional<std::string>& next_cursor) {
    const base::Json next = next_cursor ? base::Json(*next_cursor) : base::Json();
    return json_response(200, base::JsonObject{{"data", std::move(items)}, {"next_cursor", next}});
}

Result<PageQuery> page_query(const Request& request) {
    PageQuery query;
    if (const auto limit = request.query_parameter("limit")) {
        const auto [end, fault] = std::from_chars(limit->data(), limit->data() + limit->size(), query.limit);
        const bool whole = fault == std::errc() && end == limit->data() + limit->size();
        if (!whole || query.limit < 1 || query.limit > most_items_a_page)
            return base::fail(ErrorCode::invalid_argument, "limit must be a number from 1 to 100");
    }
    if (const auto cursor = request.query_parameter("cursor")) {
        const auto after = base::from_base64url(*cursor);
        if (!after || after->empty())
            return base::fail(ErrorCode::invalid_argument, "cursor must be one that a list has given");
        query.after = *after;
    }
    return query;
}

std::string to_cursor(std::string_view after) {
    return base::to_base64url(after);
}

Result<void> check_if_match(const Request& request, std::string_view entity_tag) {
    const auto field = request.headers.find("If-Match");
    if (!field)
        return base::fail(ErrorCode::precondition_required,
                          "send If-Match with the ETag that you have read, so that nobody's change is lost");
    std::string_view rest = *field;
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        std::string_view tag = rest.substr(0, comma);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
        while (tag.starts_with(' '))
            tag.remove_prefix(1);
        while (tag.ends_with(' '))
            tag.remove_suffix(1);
        if (tag == "*" || tag == entity_tag) return {};
    }
    return base::fail(ErrorCode::precondition_failed,
                      "it has changed since you read it; read it again (its ETag is " + std::string(entity_tag) + ")");
}

std::string entity_tag(std::int64_t row_version) {
    return "\"" + std::to_string(row_version) + "\"";
}

Result<Response> in_transaction(const Platform& platform, std::string_view service, const Request& request,
                                const Context& context, const model::Principal& principal,
                                const std::function<Result<Response>(store::Transaction&)>& effect) {
    auto transaction = platform.database.tenant(principal.tenant_id, origin_of(context, service)).write();
    if (!transaction) return std::unexpected(transaction.error());
    const auto key = request.headers.find("Idempotency-Key");
    if (!key) return commit(*transaction, effect(*transaction));
    if (key->empty() || key->size() > longest_idempotency_key)
        return base::fail(ErrorCode::invalid_argument, "Idempotency-Key must be 1 to 255 characters");
    const std::string operation = operation_of(request);
    const std::string hash = digest(request.target + "\n" + request.body);
    return run_once(*transaction, {operation, principal.id, *key, hash}, effect);
}

}  // namespace flow
