#include "flow/golden_events.hpp"

#include "services/upload/announcements.hpp"

namespace upload {
namespace {

Upload example() {
    return {.id = flow::golden_thing,
            .session_id = flow::golden_session,
            .owner_id = {},
            .blob_key = "videos/" + std::string(flow::golden_session) + "/" + flow::golden_thing,
            .blob_upload_id = {},
            .length_bytes = {},
            .media_type = "video/mp4",
            .file_name = {}};
}

TEST(GoldenEvents, OfUploads) {
    flow::expect_golden_event("video.uploaded", "upload", [](store::Transaction& transaction) {
        blob::Info video;
        video.size_bytes = 123'456;
        video.content_hash = flow::golden_hash;
        return announce_uploaded(transaction, example(), video);
    });
    flow::expect_golden_event("upload.failed", "upload", [](store::Transaction& transaction) {
        return announce_failed(transaction, example(),
                               {base::ErrorCode::request_timed_out, "the video was not uploaded in time"});
    });
}

}  // namespace
}  // namespace upload
