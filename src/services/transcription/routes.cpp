#include "services/transcription/routes.hpp"

#include <charconv>
#include <utility>

#include "base/rfc3339.hpp"
#include "flow/requests.hpp"
#include "model/audio.hpp"
#include "services/transcription/live.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonArray;
using base::JsonObject;
using base::Result;
using runtime::Context;
using runtime::Request;
using runtime::Response;

// OpenAI's list has a time of making, which a folder of files does not tell: that of the first release.
constexpr std::int64_t models_created_s = 1'767'225'600;

Result<Response> list_models(const Tools& tools, const Context& context) {
    if (const auto principal = flow::principal_of(context); !principal) return std::unexpected(principal.error());
    JsonArray data;
    for (const Models::Served& served : tools.models.served()) {
        data.emplace_back(JsonObject{{"id", served.name},
                                     {"object", "model"},
                                     {"created", models_created_s},
                                     {"owned_by", "video-transcriber"}});
    }
    return flow::json_response(200, JsonObject{{"object", "list"}, {"data", std::move(data)}});
}

Json error_json(const model::Run& run) {
    if (!run.error) return {};
    return JsonObject{{"code", run.error->code}, {"message", run.error->message}};
}

Json run_json(const RunRow& row) {
    const model::Run& run = row.run;
    const std::int64_t done = run.segments_total - run.segments_remaining;
    return JsonObject{{"id", run.id},
                      {"session_id", run.session_id},
                      {"state", model::state_name(run.state)},
                      {"model", row.model},
                      {"language", row.language},
                      {"multichannel", row.multichannel},
                      {"channels", row.channels > 0 ? Json(row.channels) : Json()},
                      {"engine", run.engine.empty() ? Json() : Json(run.engine)},
                      {"planned", run.planned},
                      {"segments", JsonObject{{"total", run.segments_total}, {"done", done}}},
                      {"duration_seconds", run.planned ? Json(model::seconds_of_samples(row.heard_samples)) : Json()},
                      {"frame_rate_hz", row.frame_rate_hz > 0 ? Json(row.frame_rate_hz) : Json()},
                      {"damages", base::parse_json(row.damages).value_or(JsonArray{})},
                      {"created_at", base::to_rfc3339(base::from_unix_ms(row.created_ms))},
                      {"error", error_json(run)}};
}

// Where a page ended: "milliseconds/id".
Result<RunPlace> place_of(const std::string& after) {
    RunPlace place;
    if (after.empty()) return place;
    const std::size_t slash = after.find('/');
    const char* end = after.data() + std::min(slash, after.size());
    const auto parsed = std::from_chars(after.data(), end, place.created_ms);
    if (slash == std::string::npos || parsed.ec != std::errc() || parsed.ptr != end) {
        return base::fail(ErrorCode::invalid_argument, "the cursor is not one that this list gave");
    }
    place.id = after.substr(slash + 1);
    return place;
}

Result<Response> page_of(std::vector<RunRow> rows, std::int64_t limit) {
    std::optional<std::string> next;
    if (std::ssize(rows) > limit) {
        rows.pop_back();
        next = flow::to_cursor(std::to_string(rows.back().created_ms) + "/" + rows.back().run.id);
    }
    JsonArray data;
    for (const RunRow& row : rows)
        data.push_back(run_json(row));
    return flow::page_response(std::move(data), next);
}

Result<Response> list_runs(const Tools& tools, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::session_read);
    if (!principal) return std::unexpected(principal.error());
    const auto page = flow::page_query(request);
    if (!page) return std::unexpected(page.error());
    const auto place = place_of(page->after);
    if (!place) return std::unexpected(place.error());
    auto transaction = tools.platform.database.tenant(principal->tenant_id).read();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    auto rows = runs_of(*transaction, request.path_parameter("id"), *place, page->limit + 1);
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (rows->empty() && page->after.empty()) {
        return base::fail(ErrorCode::not_found, "there is no session of this id that has a run");
    }
    return page_of(*std::move(rows), page->limit);
}

}  // namespace

std::vector<runtime::Route> routes(const SharedTools& tools) {
    return {
        {.method = "GET",
         .pattern = "/v1/models",
         .handler = [tools](Request&,
                            Context& context) { return flow::answer(list_models(*tools, context), context); }},
        {.method = "GET",
         .pattern = "/v1/sessions/{id}/runs",
         .handler = [tools](Request& request,
                            Context& context) { return flow::answer(list_runs(*tools, request, context), context); }},
        live_route(tools)};
}

}  // namespace transcription
