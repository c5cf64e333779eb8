#include "services/exporting/routes.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "flow/requests.hpp"
#include "services/exporting/download_name.hpp"
#include "services/exporting/erasing.hpp"
#include "services/exporting/making.hpp"
#include "services/exporting/rows.hpp"
#include "services/exporting/sessions.hpp"

namespace exporting {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::Context;
using runtime::Request;
using runtime::Response;

constexpr std::string_view service_name = "exporting";

Result<store::ReadTransaction> open_read(const flow::Platform& platform, const Context& context,
                                         const model::Principal& principal) {
    return platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)).read();
}

Response accepted(const ExportRow& row) {
    Response response = flow::json_response(202, to_json(row));
    response.headers.set("Location", "/v1/exports/" + row.id);
    return response;
}

std::unexpected<base::Error> no_export(std::string_view id) {
    return base::fail(ErrorCode::not_found, "there is no export " + std::string(id));
}

// The export that is there, unless it failed: then it is made anew.
Result<Response> place_wish(store::Transaction& transaction, const ExportRow& wanted) {
    const auto erased = is_erased(transaction, wanted.session_id);
    if (!erased) return std::unexpected(erased.error());
    if (*erased) return base::fail(ErrorCode::not_found, "there is no session " + wanted.session_id);
    const auto there = find_export(transaction, wanted.id, true);
    if (!there) return std::unexpected(there.error());
    if (*there && (*there)->state != State::failed) return accepted(**there);
    const auto row = *there ? update_export(transaction, wanted) : insert_export(transaction, wanted);
    if (!row) return std::unexpected(row.error());
    if (const auto added = add_making(transaction, *row); !added) return std::unexpected(added.error());
    return accepted(*row);
}

Result<Response> create_export(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::export_create);
    if (!principal) return std::unexpected(principal.error());
    const auto body = flow::json_body(request);
    if (!body) return std::unexpected(body.error());
    const auto wish = parse_wish(*body);
    if (!wish) return std::unexpected(wish.error());
    const std::string session_id(request.path_parameter("id"));
    // Which version "the newest" is must be known now: the export of an older one would be another export.
    const auto place = find_transcript(platform, context, principal->tenant_id, session_id, wish->version);
    if (!place) return std::unexpected(place.error());
    ExportRow wanted{.id = export_id(session_id, place->version, *wish),
                     .session_id = session_id,
                     .version = place->version,
                     .wish = *wish};
    return flow::in_transaction(platform, service_name, request, context, *principal,
                                [&wanted](store::Transaction& transaction) { return place_wish(transaction, wanted); });
}

std::string to_text(const ExportPlace& place) {
    return std::to_string(place.created_ms) + "/" + place.id;
}

Result<ExportPlace> parse_place(std::string_view text) {
    ExportPlace place;
    if (text.empty()) return place;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), place.created_ms);
    const auto used = static_cast<std::size_t>(end - text.data());
    if (fault != std::errc() || used >= text.size() || text[used] != '/')
        return base::fail(ErrorCode::invalid_argument, "cursor must be one that a list has given");
    place.id = text.substr(used + 1);
    return place;
}

Result<Response> list(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::export_read);
    if (!principal) return std::unexpected(principal.error());
    const auto page = flow::page_query(request);
    if (!page) return std::unexpected(page.error());
    const auto after = parse_place(page->after);
    if (!after) return std::unexpected(after.error());
    const std::string session_id(request.path_parameter("id"));
    auto transaction = open_read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    auto rows = list_exports(*transaction, session_id, *after, page->limit + 1);
    if (!rows) return std::unexpected(rows.error());
    // Nothing yet, or no such session?
    if (rows->empty() && page->after.empty()) {
        const auto title = find_title(platform, context, principal->tenant_id, session_id);
        if (!title) return std::unexpected(title.error());
    }
    std::optional<std::string> next;
    if (std::ssize(*rows) > page->limit) {
        rows->pop_back();
        next = flow::to_cursor(to_text({rows->back().created_ms, rows->back().id}));
    }
    base::JsonArray items;
    std::ranges::transform(*rows, std::back_inserter(items), to_json);
    return flow::page_response(std::move(items), next);
}

Result<Response> get_export(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::export_read);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = open_read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_export(*transaction, request.path_parameter("id"));
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_export(request.path_parameter("id"));
    Response response = flow::json_response(200, to_json(**row));
    response.headers.set("ETag", flow::entity_tag((*row)->row_version));
    return response;
}

// A blob as an answer; holds what it reads from.
class BlobSource final : public runtime::BodySource {
  public:
    BlobSource(std::unique_ptr<blob::TenantBlobs> blobs, std::unique_ptr<blob::Reader> reader)
        : blobs_(std::move(blobs)), reader_(std::move(reader)) {}

    Result<std::size_t> read(std::span<std::byte> buffer) override {
        if (bytes_.empty()) {
            const auto next = reader_->next();
            if (!next) return std::unexpected(next.error());
            bytes_ = *next;
        }
        const std::size_t size = std::min(buffer.size(), bytes_.size());
        if (size > 0) std::memcpy(buffer.data(), bytes_.data(), size);
        bytes_ = bytes_.subspan(size);
        return size;
    }

  private:
    std::unique_ptr<blob::TenantBlobs> blobs_;
    std::unique_ptr<blob::Reader> reader_;
    std::span<const std::byte> bytes_;
};

Result<Response> stream(const flow::Platform& platform, const std::string& tenant_id, const ExportRow& row,
                        std::string_view title) {
    const auto format = formats::find_format(row.wish.format);
    if (!format) return std::unexpected(format.error());
    auto blobs = platform.blobs.tenant(tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    auto reader = (*blobs)->open(blob_key(row.session_id, row.id));
    if (!reader) return std::unexpected(reader.error());
    const std::uint64_t size_bytes = (*reader)->info().size_bytes;
    Response response{.status = 200};
    response.headers.set("Content-Type", std::string((*format)->media_type));
    response.headers.set("Content-Disposition", content_disposition(title, (*format)->extension));
    response.headers.set("ETag", "\"" + row.content_hash + "\"");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body = runtime::Stream{std::make_unique<BlobSource>(*std::move(blobs), *std::move(reader)), size_bytes};
    return response;
}

Result<Response> get_content(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::export_read);
    if (!principal) return std::unexpected(principal.error());
    auto transaction = open_read(platform, context, *principal);
    if (!transaction) return std::unexpected(transaction.error());
    const auto row = find_export(*transaction, request.path_parameter("id"));
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_export(request.path_parameter("id"));
    if ((*row)->state == State::queued)
        return base::fail(ErrorCode::conflict, "the export is still being made; ask again when it is completed");
    if ((*row)->state == State::failed)
        return base::fail(ErrorCode::conflict, "the export failed: " + (*row)->error_message);
    const auto title = title_of(*transaction, (*row)->id);
    if (!title) return std::unexpected(title.error());
    return stream(platform, principal->tenant_id, **row, *title);
}

// The row goes first; work in the same transaction makes sure of the blob, should this process not come to it.
Result<std::optional<ExportRow>> remove_row(const flow::Platform& platform, const Context& context,
                                            const model::Principal& principal, std::string_view id) {
    auto transaction = platform.database.tenant(principal.tenant_id, flow::origin_of(context, service_name)).write();
    if (!transaction) return std::unexpected(transaction.error());
    auto row = find_export(*transaction, id, true);
    if (!row || !*row) return row;
    if (auto removed = remove_export(*transaction, id); !removed) return std::unexpected(removed.error());
    if (auto added = add_erasing_of(*transaction, **row); !added) return std::unexpected(added.error());
    if (const auto committed = transaction->commit(); !committed) return std::unexpected(committed.error());
    return row;
}

Result<Response> delete_export(const flow::Platform& platform, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::export_create);
    if (!principal) return std::unexpected(principal.error());
    const auto row = remove_row(platform, context, *principal, request.path_parameter("id"));
    if (!row) return std::unexpected(row.error());
    if (!*row) return no_export(request.path_parameter("id"));
    const auto blobs = platform.blobs.tenant(principal->tenant_id);
    if (!blobs) return std::unexpected(blobs.error());
    const auto removed = (*blobs)->remove(blob_key((*row)->session_id, (*row)->id));
    if (!removed) return std::unexpected(removed.error());
    return Response{.status = 204};
}

using Answer = Result<Response> (*)(const flow::Platform&, const Request&, const Context&);

runtime::Route route(const flow::Platform& platform, std::string method, std::string pattern, Answer answer) {
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .handler = [&platform, answer](Request& request, Context& context) {
                return flow::answer(answer(platform, request, context), context);
            }};
}

}  // namespace

std::vector<runtime::Route> routes(const flow::Platform& platform) {
    return {route(platform, "POST", "/v1/sessions/{id}/exports", create_export),
            route(platform, "GET", "/v1/sessions/{id}/exports", list),
            route(platform, "GET", "/v1/exports/{id}", get_export),
            route(platform, "DELETE", "/v1/exports/{id}", delete_export),
            route(platform, "GET", "/v1/exports/{id}/content", get_content)};
}

}  // namespace exporting
