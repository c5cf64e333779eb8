// The service's routes, by what they speak. Each makes its rows of the route table.
#pragma once
#include <vector>

#include "runtime/router.hpp"
#include "services/upload/shared.hpp"
#include "services/upload/writer.hpp"

namespace upload {

/// /v1/uploads: tus 1.0.0.
std::vector<runtime::Route> tus_routes(const Shared& shared);
/// POST /internal/recordings: a session and an open upload for the audio of a live stream, which then comes by tus. Of
/// {…}, as POST /v1/sessions takes it; gives {"session_id", "upload_id"}.
std::vector<runtime::Route> recording_routes(const Shared& shared);
/// POST /v1/sessions as multipart/form-data. Fields (title, language, model, …) come before the file, "file",
/// since the session is made when its first bytes arrive; a field behind it is refused.
std::vector<runtime::Route> form_routes(const Shared& shared);
/// PUT and GET /v1/sessions/{id}/video.
std::vector<runtime::Route> video_routes(const Shared& shared);
/// POST /v1/audio/transcriptions.
std::vector<runtime::Route> openai_routes(const Shared& shared);

/// What comes of events: cancelled and deleted sessions.
std::vector<flow::EventHandler> upload_events();
/// Removes blobs that nobody names any more.
std::vector<flow::WorkHandler> upload_works(const Shared& shared);
/// Gives up what nobody goes on with and finishes what a crash left unfinished.
std::vector<flow::PeriodicTask> upload_tasks(const Shared& shared);

/// The unit of work of a request.
inline Unit unit_of(const model::Principal& principal, const runtime::Context& context) {
    return {principal.tenant_id, flow::origin_of(context, service_name)};
}

/// For limits on bodies: a video and the form around it.
inline std::uint64_t largest_body_bytes(const Settings& settings) {
    constexpr std::uint64_t form_bytes = std::uint64_t{4} << 20U;
    return static_cast<std::uint64_t>(settings.largest_bytes) + form_bytes;
}

}  // namespace upload
