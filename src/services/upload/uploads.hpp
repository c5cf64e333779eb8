// The rows of uploads. A row says how far its bytes are durable; whoever writes holds the row's lease and carries its
// token, so that a writer that was taken over can change nothing any more. Functions run in the caller's transaction;
// errors are those of the store unless said otherwise.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "store/database.hpp"

namespace upload {

enum class State : std::uint8_t {
    open,      // takes bytes
    finished,  // the session's video
    failed,    // terminated, cancelled, broken off
    expired,
};

struct Upload {
    std::string id;
    std::string session_id;
    std::string owner_id;
    std::string blob_key;
    std::string blob_upload_id;
    std::optional<std::int64_t> length_bytes;  // absent while the client has not said it
    std::int64_t offset_bytes = 0;             // so much is durable: whole parts, then the tail
    std::string tail_key;                      // of the blob that holds what is not a whole part yet; may be empty
    std::int64_t tail_bytes = 0;
    std::string media_type;
    store::Sealed file_name;
    State state = State::open;
    bool resumable = true;     // false: the one request that began it must also finish it
    bool ends_session = true;  // whether the session is told when it fails, or goes on waiting for a video
    bool recording = false;    // ends where it was left when nobody goes on with it
    std::string content_hash;
    std::int64_t lease_token = 0;
    std::int64_t expires_ms = 0;

    [[nodiscard]] bool has_all() const { return length_bytes == offset_bytes; }
};

std::span<const store::Migration> upload_migrations();

/// Errors: not_found (the session was deleted).
base::Result<void> insert_upload(store::Transaction& transaction, const Upload& upload,
                                 std::chrono::milliseconds expires);
/// Errors: not_found.
base::Result<Upload> find_upload(store::Reading& reading, std::string_view id);
/// The finished one of a session. Errors: not_found.
base::Result<Upload> find_video(store::Reading& reading, std::string_view session_id);

/// Takes the lease of an open upload. Errors: not_found, upload_gone, blob_busy (somebody else has it).
base::Result<Upload> take_lease(store::Transaction& transaction, std::string_view id, std::chrono::milliseconds lease);
/// Prolongs it. Errors: lease_lost, as for all that carry a token.
base::Result<void> hold_lease(store::Transaction& transaction, const Upload& upload, std::chrono::milliseconds lease);
base::Result<void> release_lease(store::Transaction& transaction, const Upload& upload);
/// Writes down offset, tail and length, and puts the expiry off.
base::Result<void> advance(store::Transaction& transaction, const Upload& upload, std::chrono::milliseconds expires);

/// An open upload with all its bytes becomes the session's video. False when it was finished before. Errors: conflict
/// (the session has another video; nothing of this transaction can be committed), upload_gone.
base::Result<bool> finish_upload(store::Transaction& transaction, std::string_view id, std::string_view content_hash);

/// Ends an open upload so and has what it left erased. False when it is not open any more.
base::Result<bool> end_upload(store::Transaction& transaction, const Upload& upload, State state);
/// Removes the row of an open upload, tells its session and has what it left erased. Errors: conflict when it is
/// finished.
base::Result<void> terminate(store::Transaction& transaction, const Upload& upload);
/// Tells the session that there will be no video, unless another upload of it is open or finished, or it is to wait for
/// one more.
base::Result<void> tell_failed(store::Transaction& transaction, const Upload& upload, const base::Error& error);

/// From now on the session has no uploads.
base::Result<void> remember_erased(store::Transaction& transaction, std::string_view session_id);

/// Of a session in these states, in the order of their ids.
base::Result<std::vector<Upload>> uploads_of(store::Transaction& transaction, std::string_view session_id);
base::Result<void> delete_uploads_of(store::Transaction& transaction, std::string_view session_id);

/// Has the blobs of an upload (all of a session's when `whole_session`) and its unfinished parts removed, in a while.
base::Result<void> add_erase(store::Transaction& transaction, const Upload& upload, bool whole_session);

struct UploadName {
    std::string tenant_id;
    std::string id;
};
/// Across tenants, for the sweep: whom nobody will go on with; and who has all its bytes but is not finished.
base::Result<std::vector<UploadName>> abandoned_uploads(store::System system, std::int64_t limit);
base::Result<std::vector<UploadName>> unfinished_uploads(store::System system, std::int64_t limit);
/// Whether nobody will go on with it, judged again in its own transaction.
base::Result<bool> is_abandoned(store::Transaction& transaction, std::string_view id);

}  // namespace upload
