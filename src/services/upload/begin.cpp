#include "services/upload/begin.hpp"

#include <tuple>

#include "services/upload/header_value.hpp"
#include "services/upload/sessions.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::fail;

base::Result<Upload> insert(store::Transaction& transaction, const Uploads& shared, Upload upload,
                            std::string_view file_name) {
    auto sealed = transaction.seal(file_name);
    if (!sealed) return pass_on(sealed);
    upload.file_name = *std::move(sealed);
    if (auto inserted = insert_upload(transaction, upload, expiry_of(shared.settings, upload)); !inserted)
        return pass_on(inserted);
    if (upload.resumable) return find_upload(transaction, upload.id);
    return take_lease(transaction, upload.id, shared.settings.lease);
}

// What cannot be written down here the sweep finds: the row is open and nobody's.
void end(const Uploads& shared, const Unit& unit, const Upload& upload, bool tell, const base::Error& error) {
    std::ignore =
        in_write(shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) -> base::Result<void> {
            const auto ended = end_upload(transaction, upload, State::failed);
            if (!ended) return pass_on(ended);
            return *ended && tell ? tell_failed(transaction, upload, error) : base::Result<void>();
        });
}

}  // namespace

base::Result<void> check_video(const Settings& settings, std::string_view media_type,
                               std::optional<std::int64_t> length_bytes) {
    if (is_refused_media_type(media_type)) {
        return fail(ErrorCode::content_type_refused,
                    "web pages and scripts are not taken (" + std::string(media_type) + "): send audio or video");
    }
    if (length_bytes == 0) return fail(ErrorCode::file_empty, "the file is empty");
    if (length_bytes.value_or(0) > settings.largest_bytes) {
        return fail(ErrorCode::body_too_large,
                    "the video is larger than the " + std::to_string(settings.largest_bytes) + " bytes that are taken");
    }
    return {};
}

base::Result<Upload> begin_upload(const Uploads& shared, const Unit& unit, const NewUpload& wanted) {
    if (auto good = check_video(shared.settings, wanted.media_type, wanted.length_bytes); !good) return pass_on(good);
    Upload upload{.id = shared.platform.ids.next(),
                  .session_id = wanted.session_id,
                  .owner_id = wanted.owner_id,
                  .length_bytes = wanted.length_bytes,
                  .media_type = wanted.media_type,
                  .resumable = wanted.resumable,
                  .ends_session = wanted.ends_session,
                  .recording = wanted.recording};
    upload.blob_key = "videos/" + upload.session_id + "/" + upload.id;
    const auto blobs = shared.platform.blobs.tenant(unit.tenant_id);
    if (!blobs) return pass_on(blobs);
    const auto parts = (*blobs)->begin(upload.blob_key, {{"content-type", upload.media_type}});
    if (!parts) return pass_on(parts);
    upload.blob_upload_id = (*parts)->id();
    return in_write(shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) {
        return insert(transaction, shared, upload, wanted.file_name);
    });
}

base::Result<Upload> begin_with_session(const Uploads& shared, const Unit& unit, const NewUpload& wanted,
                                        const std::function<base::Result<void>()>& make_session) {
    auto upload = begin_upload(shared, unit, wanted);
    if (!upload) return upload;
    if (auto made = make_session(); !made) {
        end(shared, unit, *upload, may_be_made(made.error()), made.error());
        return pass_on(made);
    }
    return upload;
}

base::Result<std::unique_ptr<OneShot>> OneShot::begin(const Shared& shared, const Unit& unit, NewUpload wanted,
                                                      bool session_waits_for_it) {
    wanted.resumable = false;
    auto upload = begin_upload(*shared, unit, wanted);
    if (!upload) return pass_on(upload);
    auto writer = Writer::open(shared, unit, *upload, Progress::as_it_goes);
    if (writer) return std::unique_ptr<OneShot>(new OneShot(shared, unit, session_waits_for_it, *std::move(writer)));
    end(*shared, unit, *upload, session_waits_for_it, writer.error());
    return pass_on(writer);
}

OneShot::OneShot(Shared shared, Unit unit, bool tell, std::unique_ptr<Writer> writer)
    : shared_(std::move(shared)), unit_(std::move(unit)), session_waits_for_it_(tell), writer_(std::move(writer)) {}

OneShot::~OneShot() {
    if (settled_) return;
    writer_->discard();
    end(*shared_, unit_, upload(), session_waits_for_it_,
        {ErrorCode::request_malformed, "the upload broke off before its end; send it again"});
}

base::Result<void> OneShot::write(std::span<const std::byte> bytes) {
    return writer_->write(bytes);
}

base::Result<void> OneShot::finish(const AlsoWrite& also) {
    if (writer_->position_bytes() == 0) return fail(ErrorCode::file_empty, "the file is empty");
    if (auto settled = writer_->settle(true); !settled) return settled;
    settled_ = true;
    return upload::finish(*shared_, unit_, upload(), also);
}

}  // namespace upload
