// From the last byte to the session's video: the blob first, then the row and `video.uploaded` in one transaction. Each
// step may be repeated, by anyone, after any crash.
#pragma once
#include <functional>

#include "services/upload/writer.hpp"

namespace upload {

/// What else the last transaction writes; none: nothing.
using AlsoWrite = std::function<base::Result<void>(store::Transaction&)>;

/// For an upload with all its bytes; harmless when it is finished already. Errors: conflict (the session got another
/// video meanwhile: this upload has failed), upload_gone, those of blobs and store (try again).
base::Result<void> finish(const Uploads& shared, const Unit& unit, const Upload& upload, const AlsoWrite& also = {});

/// Ends an open upload so and tells the session.
base::Result<void> give_up(const Uploads& shared, const Unit& unit, const Upload& upload, State state,
                           const base::Error& error);

}  // namespace upload
