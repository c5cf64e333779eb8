// tus 1.0.0 over the rows and the Writer.
#include <tuple>

#include "runtime/problem.hpp"
#include "services/upload/begin.hpp"
#include "services/upload/handlers.hpp"
#include "services/upload/header_value.hpp"
#include "services/upload/long_call.hpp"
#include "services/upload/sessions.hpp"
#include "services/upload/tus.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::fail;
using base::Result;
using runtime::Context;
using runtime::Opening;
using runtime::Request;
using runtime::Response;

constexpr std::string_view bytes_type = "application/offset+octet-stream";
using Act = Result<Opening> (*)(const Shared&, Request&, Context&);

Response with_tus(Response response) {
    response.headers.set("Tus-Resumable", std::string(tus_version));
    response.headers.set("Cache-Control", "no-store");
    return response;
}

Response refusal(const base::Error& error, const Context& context) {
    Response response = runtime::problem_response(error, context);
    if (error.code == ErrorCode::precondition_failed) response.headers.set("Tus-Version", std::string(tus_version));
    return with_tus(std::move(response));
}

Response state_response(int status, const Upload& upload) {
    Response response{.status = status};
    response.headers.set("Upload-Offset", std::to_string(upload.offset_bytes));
    if (upload.state == State::open)
        response.headers.set("Upload-Expires", http_date(base::from_unix_ms(upload.expires_ms)));
    return with_tus(std::move(response));
}

Response created_response(const Upload& upload) {
    Response response = state_response(201, upload);
    response.headers.set("Location", "/v1/uploads/" + upload.id);
    response.headers.set("X-Session-Id", upload.session_id);
    return response;
}

Result<Upload> read_upload(const Shared& shared, const Unit& unit, std::string_view id) {
    auto reading = shared->platform.database.tenant(unit.tenant_id, unit.origin).read();
    if (!reading) return pass_on(reading);
    return find_upload(*reading, id);
}

struct Found {
    Unit unit;
    Upload upload;
};

// The upload that the path names, finished if only that is missing.
Result<Found> find(const Shared& shared, const Request& request, const Context& context) {
    const auto principal = flow::principal_of(context);
    if (!principal) return pass_on(principal);
    const Unit unit = unit_of(*principal, context);
    auto upload = read_upload(shared, unit, request.path_parameter("id"));
    if (!upload) return pass_on(upload);
    if (auto may = flow::authorize(context, model::Action::upload_write, upload->owner_id); !may) return pass_on(may);
    if (upload->state == State::open && upload->has_all()) {
        if (auto finished = finish(*shared, unit, *upload); !finished) return pass_on(finished);
        upload = read_upload(shared, unit, upload->id);
        if (!upload) return pass_on(upload);
    }
    if (upload->state == State::failed || upload->state == State::expired)
        return fail(ErrorCode::upload_gone, "the upload has ended; begin another");
    return Found{unit, *std::move(upload)};
}

// The bytes of one request.
class Bytes final : public runtime::BodySink {
  public:
    Bytes(Shared shared, Unit unit, Context context, std::unique_ptr<Writer> writer, std::optional<Checksum> checksum,
          bool created)
        : shared_(std::move(shared)),
          unit_(std::move(unit)),
          context_(std::move(context)),
          writer_(std::move(writer)),
          checksum_(std::move(checksum)),
          created_(created) {}

    // The client is gone; what it sent stays, unless it could not be checked.
    ~Bytes() override {
        if (!ended_ && !checksum_) std::ignore = writer_->settle();
    }
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;

    std::optional<Response> write(std::span<const std::byte> chunk) override {
        if (checksum_) checksum_->update(chunk);
        const auto written = writer_->write(chunk);
        if (written) return std::nullopt;
        ended_ = true;
        return refusal(written.error(), context_);
    }

    Response finish() override {
        ended_ = true;
        auto response = take_all();
        return response ? *std::move(response) : refusal(response.error(), context_);
    }

  private:
    Result<Response> take_all() {
        if (checksum_ && !checksum_->holds()) {
            writer_->discard();
            return fail(ErrorCode::checksum_mismatch,
                        "the bytes are not those of the checksum; nothing of them was kept");
        }
        if (auto settled = writer_->settle(); !settled) return pass_on(settled);
        if (writer_->upload().has_all()) {
            if (auto done = upload::finish(*shared_, unit_, writer_->upload()); !done) return pass_on(done);
        }
        const auto upload = read_upload(shared_, unit_, writer_->upload().id);
        if (!upload) return pass_on(upload);
        return created_ ? created_response(*upload) : state_response(204, *upload);
    }

    Shared shared_;
    Unit unit_;
    Context context_;
    std::unique_ptr<Writer> writer_;
    std::optional<Checksum> checksum_;
    bool created_;
    bool ended_ = false;
};

Result<std::optional<Checksum>> checksum_of(const Request& request) {
    const auto field = request.headers.find("Upload-Checksum");
    if (!field) return std::nullopt;
    auto expected = parse_checksum(*field);
    if (!expected) return pass_on(expected);
    return Checksum(*std::move(expected));
}

Result<void> check_bytes_type(const Request& request) {
    const auto parsed = parse_header_value(request.headers.find("Content-Type").value_or(""));
    if (parsed && parsed->value == bytes_type) return {};
    return fail(ErrorCode::content_type_refused, "the body must be " + std::string(bytes_type));
}

Result<std::optional<std::int64_t>> length_of(const Request& request) {
    const auto field = request.headers.find("Upload-Length");
    if (!field) return std::nullopt;
    return parse_count("Upload-Length", *field);
}

Result<void> check_length(const Shared& shared, const Upload& upload, std::optional<std::int64_t> told) {
    if (!told) return {};
    if (upload.length_bytes && upload.length_bytes != told)
        return fail(ErrorCode::conflict, "Upload-Length has been told before and was another");
    if (*told < upload.offset_bytes)
        return fail(ErrorCode::invalid_argument, "Upload-Length is less than what is there already");
    return check_video(shared->settings, upload.media_type, told);
}

Result<void> check_fits(const Settings& settings, const Upload& upload, const Request& request) {
    const auto limit = static_cast<std::uint64_t>(upload.length_bytes.value_or(settings.largest_bytes));
    const std::uint64_t declared = request.content_length.value_or(0);
    if (declared <= limit - static_cast<std::uint64_t>(upload.offset_bytes)) return {};
    return fail(ErrorCode::body_too_large,
                "the body goes beyond the " + std::to_string(limit) + " bytes of the upload");
}

Result<void> check_offset(const Upload& upload, std::int64_t offset_bytes) {
    if (upload.offset_bytes == offset_bytes) return {};
    return fail(ErrorCode::conflict,
                "Upload-Offset must be " + std::to_string(upload.offset_bytes) + ", what is durable");
}

// Everything that is judged again under the lease, where nobody else can change it.
Result<Upload> lease(const Shared& shared, const Unit& unit, const std::string& id, const Request& request,
                     std::int64_t offset_bytes) {
    const auto told = length_of(request);
    if (!told) return pass_on(told);
    return in_write(*shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) -> Result<Upload> {
        auto upload = take_lease(transaction, id, shared->settings.lease);
        if (!upload) return upload;
        if (auto right = check_offset(*upload, offset_bytes); !right) return pass_on(right);
        if (auto right = check_length(shared, *upload, *told); !right) return pass_on(right);
        if (*told) upload->length_bytes = *told;
        if (auto fits = check_fits(shared->settings, *upload, request); !fits) return pass_on(fits);
        if (auto kept = advance(transaction, *upload, expiry_of(shared->settings, *upload)); !kept)
            return pass_on(kept);
        return upload;
    });
}

Result<Opening> take_bytes(const Shared& shared, const Found& found, const Request& request, const Context& context,
                           std::int64_t offset_bytes, bool created) {
    auto checksum = checksum_of(request);
    if (!checksum) return pass_on(checksum);
    auto upload = lease(shared, found.unit, found.upload.id, request, offset_bytes);
    if (!upload) return pass_on(upload);
    const Progress progress = *checksum ? Progress::at_end : Progress::as_it_goes;
    auto writer = Writer::open(shared, found.unit, *std::move(upload), progress);
    if (!writer) return pass_on(writer);
    return std::make_unique<Bytes>(shared, found.unit, context, *std::move(writer), *std::move(checksum), created);
}

Result<Opening> patch(const Shared& shared, Request& request, Context& context) {
    if (auto right = check_bytes_type(request); !right) return pass_on(right);
    const auto offset = parse_count("Upload-Offset", request.headers.find("Upload-Offset").value_or(""));
    if (!offset) return pass_on(offset);
    const auto found = find(shared, request, context);
    if (!found) return pass_on(found);
    if (found->upload.state == State::open) return take_bytes(shared, *found, request, context, *offset, false);
    // All is there: whoever did not get the answer to the last bytes gets it now.
    if (auto right = check_offset(found->upload, *offset); !right) return pass_on(right);
    if (request.content_length != 0) return fail(ErrorCode::body_too_large, "the upload has all its bytes");
    return state_response(204, found->upload);
}

Result<Opening> head(const Shared& shared, Request& request, Context& context) {
    const auto found = find(shared, request, context);
    if (!found) return pass_on(found);
    Response response = state_response(200, found->upload);
    if (found->upload.length_bytes) {
        response.headers.set("Upload-Length", std::to_string(*found->upload.length_bytes));
    } else {
        response.headers.set("Upload-Defer-Length", "1");
    }
    return response;
}

Result<Opening> remove(const Shared& shared, Request& request, Context& context) {
    const auto found = find(shared, request, context);
    if (!found) return pass_on(found);
    const auto ended = in_write(*shared, found->unit.tenant_id, found->unit.origin,
                                [&](store::Transaction& transaction) { return terminate(transaction, found->upload); });
    if (!ended) return pass_on(ended);
    return with_tus({.status = 204});
}

std::string value_or(const Metadata& metadata, std::string_view name, std::string_view other_name) {
    const auto found = metadata.find(name);
    if (found != metadata.end()) return found->second;
    const auto other = metadata.find(other_name);
    return other == metadata.end() ? std::string() : other->second;
}

std::optional<std::string> if_given(const Metadata& metadata, std::string_view name) {
    const auto found = metadata.find(name);
    return found == metadata.end() ? std::nullopt : std::optional(found->second);
}

// What the upload is to be, without its session.
Result<NewUpload> read_creation(const Settings& settings, const Request& request, const Metadata& metadata) {
    const auto length = length_of(request);
    if (!length) return pass_on(length);
    const auto defer = request.headers.find("Upload-Defer-Length");
    if (length->has_value() == defer.has_value() || defer.value_or("1") != "1")
        return fail(ErrorCode::request_malformed, "send either Upload-Length or \"Upload-Defer-Length: 1\"");
    NewUpload wanted{.length_bytes = *length, .file_name = value_or(metadata, "filename", "name")};
    wanted.media_type = media_type_of(value_or(metadata, "filetype", "type"));
    if (auto good = check_video(settings, wanted.media_type, wanted.length_bytes); !good) return pass_on(good);
    return wanted;
}

// For a session that waits for a video already.
Result<Upload> begin_for(const Shared& shared, const Unit& unit, const Context& context, const std::string& session_id,
                         NewUpload wanted) {
    if (!base::is_id(session_id)) return fail(ErrorCode::not_found, "there is no such session");
    const auto session = get_waiting_session(*shared, context, session_id);
    if (!session) return pass_on(session);
    if (auto may = flow::authorize(context, model::Action::upload_write, session->owner_id); !may) return pass_on(may);
    wanted.session_id = session_id;
    wanted.ends_session = false;
    wanted.owner_id = session->owner_id;
    return begin_upload(*shared, unit, wanted);
}

// For the session of the metadata, or a new one.
Result<Upload> begin(const Shared& shared, const Unit& unit, const Context& context, const Metadata& metadata,
                     NewUpload wanted) {
    if (const auto id = if_given(metadata, "session_id")) return begin_for(shared, unit, context, *id, wanted);
    wanted.session_id = shared->platform.ids.next();
    const SessionFields about{if_given(metadata, "title"),    if_given(metadata, "language"),
                              if_given(metadata, "model"),    if_given(metadata, "multichannel"),
                              if_given(metadata, "speakers"), if_given(metadata, "vocabulary")};
    return begin_with_session(*shared, unit, wanted,
                              [&] { return create_session(*shared, context, wanted.session_id, about); });
}

base::Json identity_of(const Request& request) {
    const auto field = [&](std::string_view name) {
        return base::Json(std::string(request.headers.find(name).value_or("")));
    };
    return base::JsonArray{field("Upload-Length"), field("Upload-Metadata")};
}

Result<Response> created_empty(const Shared& shared, const Unit& unit, const Upload& upload, LongCall& call) {
    Response response = created_response(upload);
    const auto kept = in_write(*shared, unit.tenant_id, unit.origin,
                               [&](store::Transaction& transaction) { return call.finish(transaction, response); });
    if (!kept) return pass_on(kept);
    call.committed();
    return response;
}

Result<Opening> create(const Shared& shared, Request& request, Context& context) {
    const auto principal = flow::authorize(context, model::Action::session_create);
    if (!principal) return pass_on(principal);
    const auto metadata = parse_metadata(request.headers.find("Upload-Metadata").value_or(""));
    if (!metadata) return pass_on(metadata);
    auto wanted = read_creation(shared->settings, request, *metadata);
    if (!wanted) return pass_on(wanted);
    const bool with_bytes = request.content_length != 0 && request.headers.find("Content-Type").has_value();
    if (auto right = with_bytes ? check_bytes_type(request) : Result<void>(); !right) return pass_on(right);
    const Unit unit = unit_of(*principal, context);
    auto call = LongCall::begin(shared, unit, request, principal->id, identity_of(request));
    if (!call) return pass_on(call);
    if (auto* before = std::get_if<Response>(&*call)) return with_tus(std::move(*before));
    wanted->owner_id = principal->id;
    const auto upload = begin(shared, unit, context, *metadata, *wanted);
    if (!upload) return pass_on(upload);
    if (!with_bytes) return created_empty(shared, unit, *upload, *std::get<std::unique_ptr<LongCall>>(*call));
    return take_bytes(shared, {unit, *upload}, request, context, 0, true);
}

Result<Opening> describe(const Shared& shared, Request&, Context&) {
    Response response{.status = 204};
    response.headers.set("Tus-Version", std::string(tus_version));
    response.headers.set("Tus-Extension", std::string(tus_extensions));
    response.headers.set("Tus-Max-Size", std::to_string(shared->settings.largest_bytes));
    response.headers.set("Tus-Checksum-Algorithm", std::string(tus_algorithms));
    return with_tus(std::move(response));
}

// For clients that can send nothing but GET and POST.
Result<Opening> overridden(const Shared& shared, Request& request, Context& context) {
    const std::string_view method = request.headers.find("X-HTTP-Method-Override").value_or("");
    if (method == "PATCH") return patch(shared, request, context);
    if (method == "DELETE") return remove(shared, request, context);
    if (method == "HEAD") return head(shared, request, context);
    return fail(ErrorCode::method_not_allowed,
                "POST to an upload needs X-HTTP-Method-Override with PATCH, DELETE or HEAD");
}

runtime::Route route(const Shared& shared, std::string method, std::string pattern, Act act) {
    const bool describes = method == "OPTIONS";
    auto handler = [shared, act, describes](Request& request, Context& context) -> Opening {
        const bool same_version = request.headers.find("Tus-Resumable") == tus_version;
        if (!describes && !same_version) {
            return refusal({ErrorCode::precondition_failed, "send Tus-Resumable: " + std::string(tus_version)},
                           context);
        }
        auto opening = act(shared, request, context);
        return opening ? std::move(*opening) : refusal(opening.error(), context);
    };
    return {.method = std::move(method),
            .pattern = std::move(pattern),
            .open_handler = handler,
            .limits = {.body_bytes = largest_body_bytes(shared->settings)},
            .anonymous = describes};
}

}  // namespace

std::vector<runtime::Route> tus_routes(const Shared& shared) {
    return {route(shared, "OPTIONS", "/v1/uploads", describe),  route(shared, "OPTIONS", "/v1/uploads/{id}", describe),
            route(shared, "POST", "/v1/uploads", create),       route(shared, "POST", "/v1/uploads/{id}", overridden),
            route(shared, "HEAD", "/v1/uploads/{id}", head),    route(shared, "PATCH", "/v1/uploads/{id}", patch),
            route(shared, "DELETE", "/v1/uploads/{id}", remove)};
}

}  // namespace upload
