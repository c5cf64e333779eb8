#include "services/analysis/analysis.hpp"

#include <utility>

#include "flow/requests.hpp"
#include "services/analysis/intake.hpp"
#include "services/analysis/making.hpp"
#include "services/analysis/rows.hpp"
#include "services/analysis/schema.hpp"

namespace analysis {
namespace {

using base::ErrorCode;
using base::JsonObject;
using base::Result;
using runtime::OptionType;
using runtime::Response;

constexpr std::size_t largest_findings_bytes = std::size_t{16} << 20U;

JsonObject head(const Analysis& analysis) {
    return {{"session_id", analysis.session_id},
            {"analysis_id", analysis.id},
            {"status", state_name(analysis.state)},
            {"transcript_hash", analysis.transcript_hash}};
}

Result<Response> completed(store::ReadTransaction& transaction, const Analysis& analysis) {
    const auto text = findings_of(transaction, analysis.id);
    if (!text) return std::unexpected(text.error());
    auto findings = base::parse_json(*text, {.size_bytes = largest_findings_bytes});
    if (!findings) return std::unexpected(findings.error());
    JsonObject body = head(analysis);
    body.insert(body.end(), findings->object()->begin(), findings->object()->end());
    return flow::json_response(200, std::move(body));
}

Response failed(const Analysis& analysis) {
    JsonObject body = head(analysis);
    body.push_back({"error", JsonObject{{"code", analysis.error_code}, {"message", analysis.error_message}}});
    return flow::json_response(200, std::move(body));
}

// The newest that is finished, else what is on its way, else what went wrong.
Result<Response> get_analysis(const flow::Platform& platform, const runtime::Request& request,
                              const runtime::Context& context) {
    const auto principal = flow::authorize(context, model::Action::analysis_read);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = platform.database.tenant(principal->tenant_id, flow::origin_of(context, "analysis")).read();
    if (!transaction) return std::unexpected(transaction.error());
    const auto analyses = analyses_of(*transaction, request.path_parameter("id"), false);
    if (!analyses) return std::unexpected(analyses.error());
    if (const Analysis* newest_one = newest(*analyses, State::completed)) return completed(*transaction, *newest_one);
    if (const Analysis* newest_one = newest(*analyses, State::running))
        return flow::json_response(202, head(*newest_one));
    if (const Analysis* newest_one = newest(*analyses, State::failed)) return failed(*newest_one);
    return base::fail(ErrorCode::not_found, "there is no analysis of this session");
}

flow::Parts make_parts(const flow::Platform& platform) {
    const auto count = [&](std::string_view name) { return static_cast<std::size_t>(platform.config.integer(name)); };
    const FindingOptions options{count("analysis.summary_sentences"), count("analysis.key_phrases")};
    flow::Parts parts;
    parts.routes.push_back({.method = "GET",
                            .pattern = "/v1/sessions/{id}/analysis",
                            .handler = [&platform](runtime::Request& request, runtime::Context& context) {
                                return flow::answer(get_analysis(platform, request, context), context);
                            }});
    parts.events.push_back(intake());
    parts.works.push_back(making(platform, options, count("analysis.at_once")));
    return parts;
}

}  // namespace

flow::Service service() {
    return {.name = "analysis",
            .options = {{.name = "analysis.summary_sentences",
                         .type = OptionType::integer,
                         .default_text = "5",
                         .documentation = "Sentences in a summary; a short transcript gets fewer.",
                         .check = runtime::integer_from(0, 100)},
                        {.name = "analysis.key_phrases",
                         .type = OptionType::integer,
                         .default_text = "20",
                         .documentation = "Key phrases of a transcript.",
                         .check = runtime::integer_from(0, 200)},
                        {.name = "analysis.at_once",
                         .type = OptionType::integer,
                         .default_text = "1",
                         .documentation = "Transcripts that a process analyses at once.",
                         .check = runtime::integer_from(1, 64)}},
            .migrations = migrations(),
            .make = [](const flow::Platform& platform) -> Result<flow::Parts> { return make_parts(platform); }};
}

}  // namespace analysis
