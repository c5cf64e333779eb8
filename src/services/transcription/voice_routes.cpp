#include "services/transcription/voice_routes.hpp"

#include <utility>

#include "base/rfc3339.hpp"
#include "flow/requests.hpp"
#include "services/transcription/voice_rows.hpp"

namespace transcription {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;
using store::Transaction;

Json voice_json(const ListedVoice& voice) {
    return JsonObject{{"id", voice.id},
                      {"name", voice.name},
                      {"created_at", base::to_rfc3339(base::from_unix_ms(voice.created_ms))},
                      {"sessions", voice.sessions}};
}

Json page_json(bool remember, std::vector<ListedVoice> voices, std::int64_t limit) {
    Json next;
    if (std::ssize(voices) > limit) {
        voices.pop_back();
        next = flow::to_cursor(voices.back().id);
    }
    JsonArray data;
    for (const ListedVoice& voice : voices)
        data.push_back(voice_json(voice));
    return JsonObject{{"remember", remember}, {"data", std::move(data)}, {"next_cursor", std::move(next)}};
}

Result<Response> list(const Tools& tools, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::voice_read);
    if (!principal) return std::unexpected(principal.error());
    const auto page = flow::page_query(request);
    if (!page) return std::unexpected(page.error());
    auto transaction = tools.platform.database.tenant(principal->tenant_id).read();
    if (!transaction) return std::unexpected(transaction.error());
    const auto remember = remembers_voices(*transaction);
    if (!remember) return std::unexpected(remember.error());
    auto voices = list_voices(*transaction, page->after, page->limit + 1);
    if (!voices) return std::unexpected(voices.error());
    return flow::json_response(200, page_json(*remember, *std::move(voices), page->limit));
}

Result<bool> wanted(const Request& request) {
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    base::JsonFields fields(*body, "the setting of voices");
    const auto remember = fields.optional_boolean("remember");
    if (!remember) fields.fault("\"remember\" is missing");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return *remember;
}

Result<Response> set(const Tools& tools, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::tenant_manage);
    if (!principal) return std::unexpected(principal.error());
    const auto remember = wanted(request);
    if (!remember) return std::unexpected(remember.error());
    const auto effect = [&](Transaction& transaction) -> Result<Response> {
        auto done = set_remembering(transaction, *remember);
        if (done) {
            done = transaction.audit({.action = "voices.change",
                                      .actor_id = principal->id,
                                      .resource_kind = "tenant",
                                      .resource_id = principal->tenant_id,
                                      .outcome = "done",
                                      .details = JsonObject{{"remember", *remember}}});
        }
        if (!done) return std::unexpected(done.error());
        return flow::json_response(200, JsonObject{{"remember", *remember}});
    };
    return flow::in_transaction(tools.platform, "transcription", request, context, *principal, effect);
}

Result<Response> forget(const Tools& tools, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::tenant_manage);
    if (!principal) return std::unexpected(principal.error());
    const std::string id(request.path_parameter("id"));
    const auto effect = [&](Transaction& transaction) -> Result<Response> {
        const auto forgotten = forget_voice(transaction, id);
        if (!forgotten) return std::unexpected(forgotten.error());
        if (!*forgotten) return base::fail(base::ErrorCode::not_found, "there is no voice of this id");
        const auto noted = transaction.audit({.action = "voice.delete",
                                              .actor_id = principal->id,
                                              .resource_kind = "voice",
                                              .resource_id = id,
                                              .outcome = "done"});
        if (!noted) return std::unexpected(noted.error());
        return Response{.status = 204};
    };
    return flow::in_transaction(tools.platform, "transcription", request, context, *principal, effect);
}

runtime::Route route(const SharedTools& tools, std::string method, std::string pattern,
                     Result<Response> (*body)(const Tools&, const Request&, const Context&)) {
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .handler = [tools, body](Request& request, Context& context) {
                return flow::answer(body(*tools, request, context), context);
            }};
}

}  // namespace

std::vector<runtime::Route> voice_routes(const SharedTools& tools) {
    return {route(tools, "GET", "/v1/voices", list), route(tools, "PUT", "/v1/voices", set),
            route(tools, "DELETE", "/v1/voices/{id}", forget)};
}

}  // namespace transcription
