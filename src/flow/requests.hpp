// What the HTTP handlers of services share: from a request to a principal, a body, a page and a transaction, and from a
// fault to its problem document.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/json.hpp"
#include "flow/service.hpp"
#include "model/principal.hpp"
#include "runtime/http.hpp"
#include "runtime/http_client.hpp"

namespace flow {

/// Who asks. Errors: unauthenticated.
base::Result<model::Principal> principal_of(const runtime::Context& context);

/// Who asks, if they may do this to what belongs to their own tenant and to `owner_id` there (empty: to nobody in
/// particular). Errors: unauthenticated, forbidden.
base::Result<model::Principal> authorize(const runtime::Context& context, model::Action action,
                                         std::string_view owner_id = {});

/// A principal for calls that a service makes of its own accord, for a tenant: kind service, every scope, role admin.
model::Principal service_principal(std::string_view service, std::string_view tenant_id);
/// A context for such calls: fresh correlation id unless one is given.
runtime::Context service_context(const Platform& platform, std::string_view service, std::string_view tenant_id,
                                 const store::Origin& origin, std::chrono::milliseconds patience);

/// What transactions of this request carry into events and audit records.
store::Origin origin_of(const runtime::Context& context, std::string_view service);
/// The same for a transaction that an event leads to.
store::Origin origin_of(const model::Event& event, std::string_view service);

/// The body as a JSON object. Errors: request_malformed (no JSON content type), json_malformed, body_too_large.
base::Result<base::Json> json_body(const runtime::Request& request);

/// The body of what a service answered when all was well; the fault that its problem document tells when not. Errors:
/// those of the call; unavailable for an answer that is neither.
base::Result<std::string> body_of(base::Result<runtime::ClientResponse> answer);
/// The code of this name; unavailable for one that is not known here.
base::ErrorCode code_named(std::string_view name);

runtime::Response json_response(int status, const base::Json& body);

/// The response, or its fault as a problem document.
runtime::Response answer(base::Result<runtime::Response> result, const runtime::Context& context);

/// {"data": items, "next_cursor": …}.
runtime::Response page_response(base::JsonArray items, const std::optional<std::string>& next_cursor);

struct PageQuery {
    std::int64_t limit = 20;
    std::string after;  // what the last page's cursor said; empty for the first
};
/// From ?limit= (1 to 100) and ?cursor=. Errors: invalid_argument.
base::Result<PageQuery> page_query(const runtime::Request& request);
/// Cursors are opaque to clients: base64url of where the page ended.
std::string to_cursor(std::string_view after);

/// Whether the request may change a thing whose entity tag is this (RFC 9110, 13.1.1). Errors: precondition_required
/// (no If-Match), precondition_failed.
base::Result<void> check_if_match(const runtime::Request& request, std::string_view entity_tag);
/// A strong entity tag of a row's version: "\"7\"".
std::string entity_tag(std::int64_t row_version);

/// Runs the effect in one write transaction of the principal's tenant and commits it. With an Idempotency-Key the
/// response is kept with it: the same request again is answered from it ("Idempotent-Replayed: true"), another body is
/// idempotency_mismatch, one that still runs idempotency_in_progress. A fault undoes everything and frees the key.
base::Result<runtime::Response> in_transaction(
    const Platform& platform, std::string_view service, const runtime::Request& request,
    const runtime::Context& context, const model::Principal& principal,
    const std::function<base::Result<runtime::Response>(store::Transaction&)>& effect);

}  // namespace flow
