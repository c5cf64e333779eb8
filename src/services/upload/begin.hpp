// How an upload begins, and one that a single request must bring whole.
#pragma once
#include "services/upload/finish.hpp"

namespace upload {

struct NewUpload {
    std::string session_id;
    std::string owner_id;
    std::optional<std::int64_t> length_bytes;
    std::string media_type;
    std::string file_name;
    bool resumable = true;
    bool ends_session = true;  // as Upload::ends_session
    bool recording = false;    // as Upload::recording
};

/// Begins the blob, then the row; one that is not resumable is in the caller's hands at once (its lease is taken).
/// Errors: content_type_refused, file_empty, body_too_large, not_found (the session was deleted), those of blobs and
/// store.
base::Result<Upload> begin_upload(const Uploads& shared, const Unit& unit, const NewUpload& wanted);

/// The same, then its session: the other way round, that would wait for ever when this fails. An upload whose session
/// is refused ends; one whose session may be made all the same tells it so, too. Errors: also those of `make_session`.
base::Result<Upload> begin_with_session(const Uploads& shared, const Unit& unit, const NewUpload& wanted,
                                        const std::function<base::Result<void>()>& make_session);

/// Whether a video of this type and declared length would be taken at all. Errors: as above.
base::Result<void> check_video(const Settings& settings, std::string_view media_type,
                               std::optional<std::int64_t> length_bytes);

/// An upload by one request. When it goes without finish() the upload has failed.
class OneShot {
  public:
    /// `session_waits_for_it`: the session ends with it, and is told when it fails here. When the process dies,
    /// NewUpload::ends_session decides.
    static base::Result<std::unique_ptr<OneShot>> begin(const Shared& shared, const Unit& unit, NewUpload wanted,
                                                        bool session_waits_for_it);
    ~OneShot();
    OneShot(const OneShot&) = delete;
    OneShot& operator=(const OneShot&) = delete;

    base::Result<void> write(std::span<const std::byte> bytes);
    /// These were all bytes. Errors: file_empty, those of Writer and finish().
    base::Result<void> finish(const AlsoWrite& also = {});
    void tell_session() { session_waits_for_it_ = true; }
    [[nodiscard]] const Upload& upload() const { return writer_->upload(); }

  private:
    OneShot(Shared shared, Unit unit, bool tell, std::unique_ptr<Writer> writer);
    Shared shared_;
    Unit unit_;
    bool session_waits_for_it_;
    bool settled_ = false;
    std::unique_ptr<Writer> writer_;
};

}  // namespace upload
