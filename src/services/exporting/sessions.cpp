#include "services/exporting/sessions.hpp"

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

Result<base::Json> ask(const flow::Platform& platform, runtime::Context context, std::string_view tenant_id,
                       std::string target) {
    context.principal = model::to_text(flow::service_principal("exporting", tenant_id));
    const auto body = flow::body_of(platform.mesh.call("session", {.target = std::move(target)}, context));
    if (!body) return std::unexpected(body.error());
    return base::parse_json(*body);
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
