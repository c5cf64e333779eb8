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

// Where only the answer may have been lost there may be a session, which then hears that nothing will come.
Result<void> end_unmade(const Uploads& shared, const Unit& unit, const Upload& upload, const base::Error& error) {
    const bool answered =
        error.code != base::ErrorCode::unavailable && error.code != base::ErrorCode::deadline_exceeded;
    if (!answered) return give_up(shared, unit, upload, State::failed, error);
    const auto ended = in_write(shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) {
        return end_upload(transaction, upload, State::failed);
    });
    return ended ? Result<void>() : pass_on(ended);
}

// The upload goes first: one whose session was refused, or never made, is erased; a session would wait for ever.
Result<Response> begin(const Shared& shared, const Request& request, const Context& context) {
    const auto principal = flow::authorize(context, model::Action::session_create);
    if (!principal) return pass_on(principal);
    const Unit unit = unit_of(*principal, context);
    const auto upload = begin_upload(*shared, unit,
                                     {.session_id = shared->platform.ids.next(),
                                      .owner_id = principal->id,
                                      .media_type = "audio/wav",
                                      .file_name = "live.wav",
                                      .recording = true});
    if (!upload) return pass_on(upload);
    if (auto made = create_session(*shared, context, upload->session_id, request.body); !made) {
        const auto ended = end_unmade(*shared, unit, *upload, made.error());
        return ended ? pass_on(made) : pass_on(ended);
    }
    return flow::json_response(201, base::JsonObject{{"session_id", upload->session_id}, {"upload_id", upload->id}});
}

}  // namespace

std::vector<runtime::Route> recording_routes(const Shared& shared) {
    return {
        {.method = "POST", .pattern = "/internal/recordings", .handler = [shared](Request& request, Context& context) {
             return flow::answer(begin(shared, request, context), context);
         }}};
}

}  // namespace upload
