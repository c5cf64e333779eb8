#include "services/exporting/sessions.hpp"

#include <algorithm>
#include <utility>

#include "base/json.hpp"
#include "flow/requests.hpp"
#include "runtime/uri.hpp"

namespace exporting {
namespace {

using base::ErrorCode;
using base::Result;

std::string text_or(const base::Json& body, std::string_view name, const std::string& otherwise) {
    const base::Json* member = body.member(name);
    return member != nullptr && member->text() != nullptr ? *member->text() : otherwise;
}

// A problem document's code is one of ours; anything else is a service that is not well.
std::unexpected<base::Error> problem_of(const runtime::ClientResponse& response) {
    const base::Json body = base::parse_json(response.body).value_or(base::Json());
    const std::string status = std::to_string(response.status);
    const std::string code = text_or(body, "code", "");
    const auto rows = base::error_catalogue();
    const auto row = std::ranges::find(rows, std::string_view(code), &base::ErrorKind::name);
    if (row == rows.end()) return base::fail(ErrorCode::unavailable, "the session service answers " + status);
    return base::fail(row->code, text_or(body, "detail", "the session service answers " + status));
}

Result<base::Json> ask(const flow::Platform& platform, runtime::Context context, std::string_view tenant_id,
                       std::string target) {
    context.principal = model::to_text(flow::service_principal("exporting", tenant_id));
    const auto response = platform.mesh.call("session", {.target = std::move(target)}, context);
    if (!response) return std::unexpected(response.error());
    if (response->status != 200) return problem_of(*response);
    return base::parse_json(response->body);
}

}  // namespace

Result<TranscriptPlace> find_transcript(const flow::Platform& platform, runtime::Context context,
                                        std::string_view tenant_id, std::string_view session_id,
                                        std::optional<std::int64_t> version) {
    const std::string query = version ? "?version=" + std::to_string(*version) : "";
    const std::string path = "/internal/sessions/" + runtime::percent_encode(session_id) + "/transcript";
    const auto body = ask(platform, std::move(context), tenant_id, path + query);
    if (!body) return std::unexpected(body.error());
    TranscriptPlace place{0, text_or(*body, "blob_key", ""), text_or(*body, "content_hash", "")};
    const base::Json* number = body->member("version");
    if (number != nullptr && number->integer() != nullptr) place.version = *number->integer();
    if (place.version < 1 || place.blob_key.empty() || place.content_hash.empty())
        return base::fail(ErrorCode::internal, "the session service does not say where the transcript is");
    return place;
}

Result<std::string> find_title(const flow::Platform& platform, runtime::Context context, std::string_view tenant_id,
                               std::string_view session_id) {
    const auto body =
        ask(platform, std::move(context), tenant_id, "/v1/sessions/" + runtime::percent_encode(session_id));
    if (!body) return std::unexpected(body.error());
    return text_or(*body, "title", "");
}

}  // namespace exporting
