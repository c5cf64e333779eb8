#include "services/upload/finish.hpp"

#include <tuple>

#include "services/upload/announcements.hpp"

namespace upload {
namespace {

using base::ErrorCode;

// A request that was discarded or taken over may have left parts beyond the end; a part of no bytes is no part.
base::Result<void> drop_parts_beyond(blob::Upload& parts, std::int64_t size_bytes) {
    const auto part_bytes = static_cast<std::int64_t>(blob::usual_part_bytes);
    const auto wanted = static_cast<std::uint32_t>((size_bytes + part_bytes - 1) / part_bytes);
    const auto there = parts.parts();
    if (!there && there.error().code == ErrorCode::blob_exists) return {};
    if (!there) return pass_on(there);
    for (const blob::Part& part : *there) {
        if (part.number <= wanted) continue;
        const auto none = [](std::span<std::byte>) -> base::Result<std::size_t> { return 0; };
        if (auto dropped = parts.part(part.number, none); !dropped) return pass_on(dropped);
    }
    return {};
}

base::Result<blob::Info> complete(const Uploads& shared, const Unit& unit, const Upload& upload) {
    const auto blobs = shared.platform.blobs.tenant(unit.tenant_id);
    if (!blobs) return pass_on(blobs);
    const auto parts = (*blobs)->resume(upload.blob_key, upload.blob_upload_id);
    if (!parts) return pass_on(parts);
    if (auto dropped = drop_parts_beyond(**parts, upload.offset_bytes); !dropped) return pass_on(dropped);
    const auto info = (*parts)->complete();
    if (!info) return info;
    if (static_cast<std::int64_t>(info->size_bytes) != upload.offset_bytes)
        return base::fail(ErrorCode::blob_incomplete, "the video has another size than its upload says");
    if (!upload.tail_key.empty()) std::ignore = (*blobs)->remove(upload.tail_key);
    return info;
}

// Trying again cannot help: the bytes that were there are not, or the session has another video.
bool is_final(ErrorCode code) {
    return code == ErrorCode::blob_incomplete || code == ErrorCode::conflict || code == ErrorCode::blob_not_found;
}

base::Result<void> commit(const Uploads& shared, const Unit& unit, const Upload& upload, const blob::Info& info,
                          const AlsoWrite& also) {
    return in_write(shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) -> base::Result<void> {
        const auto finished = finish_upload(transaction, upload.id, info.content_hash);
        if (!finished) return pass_on(finished);
        if (*finished) {
            if (auto told = announce_uploaded(transaction, upload, info); !told) return told;
        }
        return also ? also(transaction) : base::Result<void>();
    });
}

}  // namespace

base::Result<void> finish(const Uploads& shared, const Unit& unit, const Upload& upload, const AlsoWrite& also) {
    const auto info = complete(shared, unit, upload);
    auto finished = info ? commit(shared, unit, upload, *info, also) : base::Result<void>(pass_on(info));
    if (finished || !is_final(finished.error().code)) return finished;
    if (auto ended = give_up(shared, unit, upload, State::failed, finished.error()); !ended) return ended;
    return finished;
}

base::Result<void> give_up(const Uploads& shared, const Unit& unit, const Upload& upload, State state,
                           const base::Error& error) {
    return in_write(shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) -> base::Result<void> {
        const auto ended = end_upload(transaction, upload, state);
        if (!ended) return pass_on(ended);
        if (!*ended) return {};
        return tell_failed(transaction, upload, error);
    });
}

}  // namespace upload
