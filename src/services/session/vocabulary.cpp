#include "services/session/vocabulary.hpp"

#include "flow/requests.hpp"
#include "model/phrases.hpp"
#include "services/session/announcements.hpp"

namespace session {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;
using flow::Platform;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;
using store::Transaction;

constexpr std::string_view of_tenant;  // in place of a session's id

JsonArray json_of(const Phrases& phrases) {
    JsonArray list;
    for (const std::string& phrase : phrases)
        list.emplace_back(phrase);
    return list;
}

template <class T>
Result<std::optional<Phrases>> find(T& transaction, std::string_view session_id) {
    const auto row = transaction.query_one(
        "select phrases, phrases_key_id from session_vocabularies where tenant_id = :tenant and id = :id",
        {{"id", session_id}});
    if (!row) return std::unexpected(row.error());
    if (!row->has_value()) return std::nullopt;
    const auto text = transaction.unseal({(*row)->bytes("phrases"), (*row)->text("phrases_key_id")});
    if (!text) return std::unexpected(text.error());
    const auto value = base::parse_json(*text);
    if (!value) return std::unexpected(value.error());
    return model::phrases_of(*value);
}

struct Nearest {
    Phrases phrases;
    std::string_view from;  // "session", "tenant", or nowhere
};

template <class T>
Result<Nearest> nearest(T& transaction, std::string_view session_id) {
    auto own = find(transaction, session_id);
    if (!own) return std::unexpected(own.error());
    if (own->has_value()) return Nearest{**std::move(own), "session"};
    auto tenants = find(transaction, of_tenant);
    if (!tenants) return std::unexpected(tenants.error());
    if (tenants->has_value() && !(*tenants)->empty()) return Nearest{**std::move(tenants), "tenant"};
    return Nearest{};
}

Result<Response> get_nearest(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::session_read);
    if (!principal) return std::unexpected(principal.error());
    if (const auto checked = check_query(request, {}); !checked) return std::unexpected(checked.error());
    auto transaction = begin_read(platform, *principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    const auto record = session_for(*transaction, *principal, Action::session_read, request);
    if (!record) return std::unexpected(record.error());
    const auto found = nearest(*transaction, record->session.id);
    if (!found) return std::unexpected(found.error());
    return flow::json_response(200, JsonObject{{"vocabulary", json_of(found->phrases)},
                                               {"from", found->from.empty() ? Json() : Json(found->from)}});
}

Result<Response> get_tenants(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::tenant_read);
    if (!principal) return std::unexpected(principal.error());
    if (const auto checked = check_query(request, {}); !checked) return std::unexpected(checked.error());
    auto transaction = begin_read(platform, *principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    const auto found = find(*transaction, of_tenant);
    if (!found) return std::unexpected(found.error());
    return flow::json_response(200, JsonObject{{"vocabulary", json_of(found->value_or(Phrases{}))}});
}

Result<Phrases> wanted(const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the tenant's vocabulary");
    auto phrases = model::vocabulary_field(fields);
    if (!phrases) fields.fault("\"vocabulary\" is missing");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return *std::move(phrases);
}

Result<Response> put_tenants(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::tenant_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto phrases = wanted(request);
    if (!phrases) return std::unexpected(phrases.error());
    return in_write(platform, context, *principal, [&](Transaction& transaction) -> Result<Response> {
        auto done = keep_vocabulary(transaction, of_tenant, *phrases);
        if (done) {
            done = transaction.audit({.action = "vocabulary.change",
                                      .actor_id = principal->id,
                                      .resource_kind = "tenant",
                                      .resource_id = principal->tenant_id,
                                      .outcome = "done",
                                      .details = JsonObject{{"phrases", std::ssize(*phrases)}}});
        }
        if (!done) return std::unexpected(done.error());
        return flow::json_response(200, JsonObject{{"vocabulary", json_of(*phrases)}});
    });
}

}  // namespace

Result<void> keep_vocabulary(Transaction& transaction, std::string_view session_id, const Phrases& phrases) {
    const auto sealed = transaction.seal(base::to_canonical_json(json_of(phrases)));
    if (!sealed) return std::unexpected(sealed.error());
    const auto kept = transaction.execute(
        "insert into session_vocabularies (tenant_id, id, phrases, phrases_key_id, changed_ms)"
        " values (:tenant, :id, :phrases, :phrases_key_id, {now_ms}) on conflict (tenant_id, id) do update"
        " set phrases = excluded.phrases, phrases_key_id = excluded.phrases_key_id, changed_ms = excluded.changed_ms",
        {{"id", session_id}, {"phrases", sealed->bytes}, {"phrases_key_id", sealed->key_id}});
    if (!kept) return std::unexpected(kept.error());
    return {};
}

Result<void> delete_vocabulary(Transaction& transaction, std::string_view session_id) {
    const auto deleted = transaction.execute("delete from session_vocabularies where tenant_id = :tenant and id = :id",
                                             {{"id", session_id}});
    if (!deleted) return std::unexpected(deleted.error());
    return {};
}

Result<bool> has_vocabulary(Transaction& transaction, std::string_view session_id) {
    const auto found = nearest(transaction, session_id);
    if (!found) return std::unexpected(found.error());
    return !found->phrases.empty();
}

Result<void> announce_queued_run(Transaction& transaction, const SessionRecord& record) {
    const auto has_words = has_vocabulary(transaction, record.session.id);
    if (!has_words) return std::unexpected(has_words.error());
    return announce_queued(transaction, record, *has_words);
}

std::vector<runtime::Route> vocabulary_routes(const Platform& platform) {
    return {route(platform, "GET", "/v1/sessions/{id}/vocabulary", get_nearest),
            route(platform, "GET", "/v1/vocabulary", get_tenants),
            route(platform, "PUT", "/v1/vocabulary", put_tenants)};
}

}  // namespace session
