#include "services/upload/announcements.hpp"

namespace upload {
namespace {

base::Result<void> emit(store::Transaction& transaction, std::string_view type, const Upload& upload,
                        base::JsonObject payload) {
    payload.push_back({"session_id", upload.session_id});
    payload.push_back({"upload_id", upload.id});
    const auto told = transaction.emit(
        {.type = type, .natural_key = upload.id, .partition_key = upload.session_id, .payload = std::move(payload)});
    if (!told) return std::unexpected(told.error());
    return {};
}

}  // namespace

base::Result<void> announce_uploaded(store::Transaction& transaction, const Upload& upload, const blob::Info& video) {
    return emit(transaction, "video.uploaded", upload,
                {{"blob_key", upload.blob_key},
                 {"size_bytes", static_cast<std::int64_t>(video.size_bytes)},
                 {"content_hash", video.content_hash},
                 {"media_type", upload.media_type}});
}

base::Result<void> announce_failed(store::Transaction& transaction, const Upload& upload, const base::Error& error) {
    return emit(transaction, "upload.failed", upload,
                {{"code", base::code_name(error.code)}, {"message", error.message}});
}

}  // namespace upload
