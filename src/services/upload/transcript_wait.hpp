// Waits for a session's transcript without a thread: asks the session service through the mesh, at first every 100 ms,
// then ever more rarely, up to once a second.
#pragma once
#include "services/upload/openai.hpp"
#include "services/upload/sessions.hpp"

namespace upload {

/// The answer in OpenAI's words: the transcript, or why there is none. The client's going away changes nothing for the
/// session; when it is not to be kept it is deleted after the answer.
runtime::Deferred wait_for_transcript(const Shared& shared, const runtime::Context& context, std::string session_id,
                                      AnswerFormat format);

}  // namespace upload
