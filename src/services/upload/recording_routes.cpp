// A live stream whose audio is to be kept begins its session and its upload here; its bytes come by tus, and when they
// stop coming, what is there is the session's video.
#include "services/upload/begin.hpp"
#include "services/upload/handlers.hpp"
#include "services/upload/sessions.hpp"

namespace upload {
namespace {

using base::Result;
using runtime::Context;
using runtime::Request;
using runtime::Response;

Result<Response> begin(const Shared& shared, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::session_create);
    if (!principal) return pass_on(principal);
    const std::string session_id = shared->platform.ids.next();
    const auto upload = begin_with_session(*shared, unit_of(*principal, context),
                                           {.session_id = session_id,
                                            .owner_id = principal->id,
                                            .media_type = "audio/wav",
                                            .file_name = "live.wav",
                                            .recording = true},
                                           [&] { return create_session(*shared, context, session_id, request.body); });
    if (!upload) return pass_on(upload);
    return flow::json_response(201, base::JsonObject{{"session_id", session_id}, {"upload_id", upload->id}});
}

}  // namespace

std::vector<runtime::Route> recording_routes(const Shared& shared) {
    return {
        {.method = "POST", .pattern = "/internal/recordings", .handler = [shared](Request& request, Context& context) {
             return flow::answer(begin(shared, request, context), context);
         }}};
}

}  // namespace upload
