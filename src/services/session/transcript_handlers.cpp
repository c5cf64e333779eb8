#include <charconv>

#include "flow/requests.hpp"
#include "formats/formats.hpp"
#include "services/session/content.hpp"
#include "services/session/handlers.hpp"
#include "services/session/naming.hpp"
#include "services/session/versions.hpp"

namespace session {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using flow::Platform;
using model::Action;
using runtime::Context;
using runtime::Request;
using runtime::Response;

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
    return number;
}

Result<std::optional<std::int64_t>> version_asked(const Request& request) {
    const auto text = request.query_parameter("version");
    if (!text) return std::nullopt;
    const auto version = whole_number(*text);
    if (!version) return fail(ErrorCode::invalid_argument, "version must be a number from 1");
    return version;
}

Result<TranscriptVersion> version_of(store::ReadTransaction& transaction, const SessionRecord& record,
                                     std::optional<std::int64_t> version) {
    const auto found = find_version(transaction, record.session.id, version);
    if (!found) return std::unexpected(found.error());
    if (found->has_value()) return **found;
    if (record.transcript_version) {
        return fail(ErrorCode::not_found,
                    "the transcript has no such version; the newest is " + std::to_string(*record.transcript_version));
    }
    return fail(ErrorCode::not_found,
                "there is no transcript yet: the session is " + std::string(model::state_name(record.session.state)));
}

// The version that the request asks for, of the session of its path.
Result<TranscriptVersion> find_asked(const Platform& platform, const Request& request, const Context& context,
                                     const model::Principal& principal) {
    const auto version = version_asked(request);
    if (!version) return std::unexpected(version.error());
    auto transaction = begin_read(platform, principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    const auto record = session_for(*transaction, principal, Action::transcript_read, request);
    if (!record) return std::unexpected(record.error());
    return version_of(*transaction, *record, *version);
}

struct Shape {
    const formats::Format* format;
    formats::ExportOptions options;
};

Result<Shape> shape_asked(const Request& request) {
    const auto format = formats::find_format(request.query_parameter("format").value_or("json"));
    if (!format) return std::unexpected(format.error());
    Shape shape{*format, {}};
    if (const auto name = request.query_parameter("subtitle_rules")) {
        auto rules = formats::find_rules(*name, "");
        if (!rules) return std::unexpected(rules.error());
        shape.options.rules = std::move(*rules);
    }
    for (const auto& [name, flag] :
         {std::pair("strict", &shape.options.strict), std::pair("figures", &shape.options.wording.figures),
          std::pair("mask_profanity", &shape.options.wording.mask_profanity)}) {
        const std::string_view given = request.query_parameter(name).value_or("false");
        if (given != "true" && given != "false")
            return fail(ErrorCode::invalid_argument, std::string(name) + " must be true or false");
        *flag = given == "true";
    }
    return shape;
}

Result<Response> write_content(const Platform& platform, const std::string& tenant_id, const TranscriptVersion& version,
                               const Shape& shape) {
    const auto transcript = read_content(platform.blobs, tenant_id, version.blob_key, version.content_hash);
    if (!transcript) return std::unexpected(transcript.error());
    auto written = formats::write(*shape.format, *transcript, shape.options);
    if (!written) return std::unexpected(written.error());
    return runtime::bytes_response(200, shape.format->media_type, std::move(written->content));
}

Result<Response> get_transcript(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::transcript_read);
    if (!principal) return std::unexpected(principal.error());
    const auto checked =
        check_query(request, {"format", "version", "subtitle_rules", "strict", "figures", "mask_profanity"});
    if (!checked) return std::unexpected(checked.error());
    const auto shape = shape_asked(request);
    if (!shape) return std::unexpected(shape.error());
    const auto version = find_asked(platform, request, context, *principal);
    if (!version) return std::unexpected(version.error());
    auto response = none_match_names(request, content_tag(*version))
                        ? Result<Response>(Response{.status = 304})
                        : write_content(platform, principal->tenant_id, *version, *shape);
    if (response) response->headers.set("ETag", content_tag(*version));
    return response;
}

Result<Response> get_speakers(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::transcript_read);
    if (!principal) return std::unexpected(principal.error());
    const auto checked = check_query(request, {"version"});
    if (!checked) return std::unexpected(checked.error());
    const auto version = find_asked(platform, request, context, *principal);
    if (!version) return std::unexpected(version.error());
    const auto transcript =
        read_content(platform.blobs, principal->tenant_id, version->blob_key, version->content_hash);
    if (!transcript) return std::unexpected(transcript.error());
    Response response = flow::json_response(200, base::JsonObject{{"data", speakers_json(*transcript)}});
    response.headers.set("ETag", content_tag(*version));
    return response;
}

Result<Response> get_reference(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::transcript_read);
    if (!principal) return std::unexpected(principal.error());
    const auto version = find_asked(platform, request, context, *principal);
    if (!version) return std::unexpected(version.error());
    return flow::json_response(200, base::JsonObject{{"transcript_id", version->id},
                                                     {"version", version->version},
                                                     {"blob_key", version->blob_key},
                                                     {"content_hash", version->content_hash}});
}

Result<std::int64_t> below_version(const flow::PageQuery& page) {
    if (page.after.empty()) return 0;
    const auto version = whole_number(page.after);
    if (!version) return fail(ErrorCode::invalid_argument, "cursor must be one that the list of versions has given");
    return *version;
}

Result<Response> get_versions(const Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, Action::transcript_read);
    if (!principal) return std::unexpected(principal.error());
    const auto checked = check_query(request, {"limit", "cursor"});
    if (!checked) return std::unexpected(checked.error());
    const auto page = flow::page_query(request);
    if (!page) return std::unexpected(page.error());
    const auto before = below_version(*page);
    if (!before) return std::unexpected(before.error());
    auto transaction = begin_read(platform, *principal, context);
    if (!transaction) return std::unexpected(transaction.error());
    const auto record = session_for(*transaction, *principal, Action::transcript_read, request);
    if (!record) return std::unexpected(record.error());
    const auto versions = list_versions(*transaction, record->session.id, *before, page->limit);
    if (!versions) return std::unexpected(versions.error());
    base::JsonArray items;
    for (const TranscriptVersion& version : *versions)
        items.push_back(to_json(version));
    // Versions have no gaps: after the first there is nothing more.
    std::optional<std::string> next;
    if (!versions->empty() && versions->back().version > 1)
        next = flow::to_cursor(std::to_string(versions->back().version));
    return flow::page_response(std::move(items), next);
}

}  // namespace

std::vector<runtime::Route> transcript_routes(const Platform& platform) {
    return {route(platform, "GET", "/v1/sessions/{id}/transcript", get_transcript),
            route(platform, "GET", "/v1/sessions/{id}/transcript/versions", get_versions),
            route(platform, "GET", "/v1/sessions/{id}/speakers", get_speakers),
            route(platform, "GET", "/internal/sessions/{id}/transcript", get_reference)};
}

}  // namespace session
