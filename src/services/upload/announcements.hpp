// The events of this service: each told in the transaction that makes it true.
#pragma once
#include "base/error.hpp"
#include "blob/blobs.hpp"
#include "services/upload/uploads.hpp"
#include "store/transaction.hpp"

namespace upload {

/// The session has its video: video.uploaded.
base::Result<void> announce_uploaded(store::Transaction& transaction, const Upload& upload, const blob::Info& video);
/// There will be no video: upload.failed.
base::Result<void> announce_failed(store::Transaction& transaction, const Upload& upload, const base::Error& error);

}  // namespace upload
