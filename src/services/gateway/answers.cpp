#include "services/gateway/answers.hpp"

#include "base/json.hpp"
#include "runtime/problem.hpp"
#include "services/gateway/table.hpp"

namespace gateway {
namespace {

std::string_view openai_type(int status) {
    if (status == 401) return "authentication_error";
    if (status == 403) return "permission_error";
    if (status == 429) return "rate_limit_error";
    return status >= 500 ? "server_error" : "invalid_request_error";
}

}  // namespace

runtime::Headers security_headers() {
    return {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
}

runtime::Response problem(const base::Error& error, const runtime::Request& request, const runtime::Context& context) {
    runtime::Response response = runtime::problem_response(error, context);
    make_readable(response, error, request);
    return response;
}

void make_readable(runtime::Response& problem, const base::Error& error, const runtime::Request& request) {
    auto* text = std::get_if<std::string>(&problem.body);
    if (text == nullptr || !is_openai_path(request.target)) return;
    const auto document = base::parse_json(*text);
    if (!document || document->object() == nullptr) return;
    base::JsonObject members = *document->object();
    const base::Json* detail = document->member("detail");
    members.push_back({"error", base::JsonObject{{"message", detail == nullptr ? base::Json("") : *detail},
                                                 {"type", openai_type(problem.status)},
                                                 {"param", base::Json()},
                                                 {"code", base::code_name(error.code)}}});
    *text = base::to_canonical_json(std::move(members));
}

bool is_loopback(std::string_view peer_address) {
    constexpr std::string_view mapped = "::ffff:";
    if (peer_address.starts_with(mapped)) peer_address.remove_prefix(mapped.size());
    return peer_address.starts_with("127.") || peer_address == "::1";
}

}  // namespace gateway
