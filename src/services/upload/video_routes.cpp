// PUT and GET /v1/sessions/{id}/video.
#include <algorithm>

#include "runtime/problem.hpp"
#include "runtime/uri.hpp"
#include "services/upload/begin.hpp"
#include "services/upload/byte_range.hpp"
#include "services/upload/handlers.hpp"
#include "services/upload/header_value.hpp"
#include "services/upload/sessions.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::Result;
using runtime::Context;
using runtime::Opening;
using runtime::Request;
using runtime::Response;

class RawVideo final : public runtime::BodySink {
  public:
    RawVideo(Shared shared, Context context, std::unique_ptr<OneShot> upload)
        : shared_(std::move(shared)), context_(std::move(context)), upload_(std::move(upload)) {}

    std::optional<Response> write(std::span<const std::byte> chunk) override {
        const auto written = upload_->write(chunk);
        if (written) return std::nullopt;
        return runtime::problem_response(written.error(), context_);
    }
    Response finish() override { return flow::answer(take_all(), context_); }

  private:
    Result<Response> take_all() {
        if (auto finished = upload_->finish(); !finished) return pass_on(finished);
        const auto session = get_session(*shared_, context_, upload_->upload().session_id);
        if (!session) return pass_on(session);
        return runtime::bytes_response(202, "application/json", session->json);
    }

    Shared shared_;
    Context context_;
    std::unique_ptr<OneShot> upload_;
};

std::optional<std::int64_t> declared_length(const Request& request) {
    if (!request.content_length) return std::nullopt;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(*request.content_length, INT64_MAX));
}

Result<Opening> put(const Shared& shared, Request& request, Context& context) {
    const auto principal = flow::authorize(context, model::Action::upload_write);
    if (!principal) return pass_on(principal);
    const std::string media_type = media_type_of(request.headers.find("Content-Type").value_or(""));
    if (auto good = check_video(shared->settings, media_type, declared_length(request)); !good) return pass_on(good);
    const std::string session_id(request.path_parameter("id"));
    if (!base::is_id(session_id)) return base::fail(ErrorCode::not_found, "there is no such session");
    const auto session = get_waiting_session(*shared, context, session_id);
    if (!session) return pass_on(session);
    if (auto may = flow::authorize(context, model::Action::upload_write, session->owner_id); !may) return pass_on(may);
    // The session goes on waiting when this breaks off: the client knows its id and can send the video again.
    auto upload = OneShot::begin(
        shared, unit_of(*principal, context),
        {.session_id = session_id, .owner_id = session->owner_id, .media_type = media_type, .ends_session = false},
        false);
    if (!upload) return pass_on(upload);
    return std::make_unique<RawVideo>(shared, context, *std::move(upload));
}

// Bytes of a blob, with the first of them read ahead.
class BlobSource final : public runtime::BodySource {
  public:
    BlobSource(std::unique_ptr<blob::TenantBlobs> blobs, std::unique_ptr<blob::Reader> reader,
               std::span<const std::byte> first)
        : blobs_(std::move(blobs)), reader_(std::move(reader)), rest_(first) {}

    Result<std::size_t> read(std::span<std::byte> buffer) override {
        if (rest_.empty()) {
            const auto next = reader_->next();
            if (!next) return pass_on(next);
            rest_ = *next;
        }
        const std::size_t size = std::min(buffer.size(), rest_.size());
        std::ranges::copy(rest_.first(size), buffer.begin());
        rest_ = rest_.subspan(size);
        return size;
    }

  private:
    std::unique_ptr<blob::TenantBlobs> blobs_;
    std::unique_ptr<blob::Reader> reader_;
    std::span<const std::byte> rest_;
};

Result<runtime::Stream> open_stream(const Shared& shared, const Unit& unit, const Upload& upload,
                                    const ByteRange& range) {
    auto blobs = shared->platform.blobs.tenant(unit.tenant_id);
    if (!blobs) return pass_on(blobs);
    auto reader = (*blobs)->open(upload.blob_key, {range.first, range.size_bytes});
    if (!reader) return pass_on(reader);
    // A damaged beginning is still a problem document; later only the connection can be cut.
    const auto first = (*reader)->next();
    if (!first) return pass_on(first);
    return runtime::Stream{std::make_unique<BlobSource>(*std::move(blobs), *std::move(reader), *first),
                           range.size_bytes};
}

// Browsers shall keep the file, never show it.
std::string disposition(const std::string& file_name) {
    if (file_name.empty()) return "attachment";
    return "attachment; filename*=UTF-8''" + runtime::percent_encode(file_name);
}

struct Video {
    Unit unit;
    Upload upload;
    std::string file_name;
    std::string entity_tag;
};

Result<Video> find(const Shared& shared, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::video_read);
    if (!principal) return pass_on(principal);
    const Unit unit = unit_of(*principal, context);
    auto reading = shared->platform.database.tenant(unit.tenant_id, unit.origin).read();
    if (!reading) return pass_on(reading);
    auto upload = find_video(*reading, request.path_parameter("id"));
    if (!upload) return pass_on(upload);
    if (auto may = flow::authorize(context, model::Action::video_read, upload->owner_id); !may) return pass_on(may);
    auto file_name = reading->unseal(upload->file_name);
    if (!file_name) return pass_on(file_name);
    std::string entity_tag = "\"" + upload->content_hash + "\"";
    return Video{unit, *std::move(upload), *std::move(file_name), std::move(entity_tag)};
}

void describe(Response& response, const Video& video) {
    response.headers.set("ETag", video.entity_tag);
    response.headers.set("Accept-Ranges", "bytes");
    response.headers.set("Cache-Control", "private, no-cache");
    response.headers.set("Content-Type", video.upload.media_type);
    response.headers.set("Content-Disposition", disposition(video.file_name));
    response.headers.set("X-Content-Type-Options", "nosniff");
}

std::string_view wanted_range(const Request& request, const Video& video) {
    const auto condition = request.headers.find("If-Range");
    if (condition && *condition != video.entity_tag) return "";
    return request.headers.find("Range").value_or("");
}

Result<Response> get(const Shared& shared, const Request& request, const Context& context) {
    const auto video = find(shared, request, context);
    if (!video) return pass_on(video);
    Response response;
    describe(response, *video);
    if (request.headers.find("If-None-Match") == video->entity_tag) {
        response.status = 304;
        return response;
    }
    const std::uint64_t size = static_cast<std::uint64_t>(video->upload.offset_bytes);
    const auto range = parse_range(wanted_range(request, *video), size);
    if (!range) {
        Response refusal = runtime::problem_response(range.error(), context);
        refusal.headers.set("Content-Range", "bytes */" + std::to_string(size));
        return refusal;
    }
    auto stream = open_stream(shared, video->unit, video->upload, *range);
    if (!stream) return pass_on(stream);
    response.body = *std::move(stream);
    if (!range->partial) return response;
    response.status = 206;
    response.headers.set("Content-Range", "bytes " + std::to_string(range->first) + "-" +
                                              std::to_string(range->first + range->size_bytes - 1) + "/" +
                                              std::to_string(size));
    return response;
}

}  // namespace

std::vector<runtime::Route> video_routes(const Shared& shared) {
    auto put_handler = [shared](Request& request, Context& context) -> Opening {
        auto opening = put(shared, request, context);
        return opening ? std::move(*opening) : runtime::problem_response(opening.error(), context);
    };
    auto get_handler = [shared](Request& request, Context& context) {
        return flow::answer(get(shared, request, context), context);
    };
    return {{.method = "PUT",
             .pattern = "/v1/sessions/{id}/video",
             .open_handler = put_handler,
             .limits = {.body_bytes = largest_body_bytes(shared->settings)}},
            {.method = "GET", .pattern = "/v1/sessions/{id}/video", .handler = get_handler}};
}

}  // namespace upload
