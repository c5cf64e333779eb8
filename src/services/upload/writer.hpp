// Bytes of one request on their way into an upload's blob.
//
// Whole parts of 8 MiB go into the blob as they fill up. What is left at the end of the request, the tail, becomes a
// small blob of its own under a fresh key, which the row names from then on; the next request reads it back and goes on
// from there. (Putting the unfinished last part again would not do: while a part is put again, the old one is gone, and
// a crash would lose bytes that the client was told are safe.) The cost: a request rewrites at most one part that was
// written before, so clients that send small pieces pay up to 8 MiB for each; pieces of 8 MiB and more cost nothing.
//
// The row's lease is prolonged before each part is written and its token checked with every change of the row.
#pragma once
#include <memory>
#include <span>
#include <string>

#include "services/upload/shared.hpp"
#include "services/upload/uploads.hpp"

namespace upload {

/// Runs in a write transaction of the tenant and commits it.
template <class Effect>
auto in_write(const Uploads& shared, std::string_view tenant_id, const store::Origin& origin, Effect effect)
    -> decltype(effect(std::declval<store::Transaction&>())) {
    auto transaction = shared.platform.database.tenant(tenant_id, origin).write();
    if (!transaction) return pass_on(transaction);
    auto result = effect(*transaction);
    if (!result) return result;
    const auto committed = transaction->commit();
    if (!committed) return pass_on(committed);
    return result;
}

/// How an upload and its requests are named.
struct Unit {
    std::string tenant_id;
    store::Origin origin;
};

/// How long after its last bytes nobody is expected to go on with an upload.
std::chrono::milliseconds expiry_of(const Settings& settings, const Upload& upload);

/// When the row follows what is durable.
enum class Progress {
    as_it_goes,  // after every part: what came of a broken request counts
    at_end,      // only by settle(): what came may have to be discarded (a checksum)
};

class Writer {
  public:
    /// Goes on with an upload whose lease the caller has taken, and reads its tail; an upload that cannot be gone on
    /// with is given back. Errors: overloaded, those of the blobs.
    static base::Result<std::unique_ptr<Writer>> open(const Shared& shared, Unit unit, Upload upload,
                                                      Progress progress);
    /// Gives the lease back if settle() or discard() did not.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Errors: body_too_large (beyond the declared length or the limit), lease_lost, those of blobs and store. After an
    /// error only discard() may follow.
    base::Result<void> write(std::span<const std::byte> bytes);
    /// Makes everything durable and the row say so, and gives the lease back. `ended`: these were the last bytes, so
    /// that the length is known now.
    base::Result<void> settle(bool ended = false);
    /// Leaves the row where it is, and gives the lease back.
    void discard();

    /// Of everything that has been taken.
    [[nodiscard]] std::int64_t position_bytes() const;
    [[nodiscard]] const Upload& upload() const { return upload_; }

  private:
    Writer(const Shared& shared, Unit unit, Upload upload, Progress progress, Room room);
    base::Result<void> connect();
    base::Result<void> put_part();
    base::Result<void> put_tail();
    base::Result<void> advance_to(std::int64_t offset_bytes, std::string tail_key, std::int64_t tail_bytes);
    base::Result<void> hold();
    void give_back();

    Shared shared_;
    Unit unit_;
    Upload upload_;  // as the row is
    Progress progress_;
    Room room_;
    std::unique_ptr<blob::TenantBlobs> blobs_;
    std::unique_ptr<blob::Upload> parts_;
    std::int64_t whole_parts_bytes_ = 0;  // before the buffer
    std::string buffer_;
    std::chrono::steady_clock::time_point held_at_;
    bool leased_ = true;
};

}  // namespace upload
