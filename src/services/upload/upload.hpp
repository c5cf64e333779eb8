// Uploads in progress: tus 1.0, multipart, raw bodies, and OpenAI's transcription route, which is an upload that waits.
#pragma once
#include "flow/service.hpp"

namespace upload {

/// The row of the role table.
flow::Service service();

}  // namespace upload
