// POST /v1/audio/transcriptions: an upload that waits for its transcript. The fields may come after the file, as
// OpenAI's own examples have them, so the session is made at the end.
#include "services/upload/handlers.hpp"
#include "services/upload/transcript_wait.hpp"

namespace upload {
namespace {

using base::Result;
using runtime::Context;
using runtime::Opening;
using runtime::Request;
using runtime::Response;

struct Job {
    Shared shared;
    Unit unit;
    Context context;
    std::string owner_id;
};
using Begun = std::variant<std::unique_ptr<OneShot>, Response>;

Result<Begun> begin(const Job& job, const FormFile& file) {
    auto upload = OneShot::begin(job.shared, job.unit,
                                 {.session_id = job.shared->platform.ids.next(),
                                  .owner_id = job.owner_id,
                                  .media_type = file.media_type,
                                  .file_name = file.name},
                                 false);
    if (!upload) return pass_on(upload);
    return *std::move(upload);
}

Result<Response> finish(const Job& job, const FormFields& fields, OneShot& upload) {
    const auto wanted = read_openai(fields, job.shared->settings.openai_models);
    if (!wanted) return openai_refusal(wanted.error().error, wanted.error().parameter);
    const std::string session_id = upload.upload().session_id;
    const SessionFields about{.language = wanted->language, .model = wanted->model};
    const auto made = create_session(*job.shared, job.context, session_id, about);
    if (made || may_be_made(made.error())) upload.tell_session();
    if (!made) return pass_on(made);
    if (auto finished = upload.finish(); !finished) return pass_on(finished);
    Response response;
    response.body = wait_for_transcript(job.shared, job.context, session_id, wanted->format);
    return response;
}

Result<Opening> open(const Shared& shared, Request& request, Context& context) {
    const auto principal = flow::authorize(context, model::Action::session_create);
    if (!principal) return pass_on(principal);
    const auto job = std::make_shared<Job>(Job{shared, unit_of(*principal, context), context, principal->id});
    auto sink = open_form(
        request, {.fields = openai_fields(),
                  .fields_after_file = true,
                  .file = [job](const FormFields&, const FormFile& file) { return begin(*job, file); },
                  .whole = [job](const FormFields& fields, OneShot& upload) { return finish(*job, fields, upload); },
                  .refuse = openai_refusal});
    if (!sink) return pass_on(sink);
    return *std::move(sink);
}

}  // namespace

std::vector<runtime::Route> openai_routes(const Shared& shared) {
    auto handler = [shared](Request& request, Context& context) -> Opening {
        auto opening = open(shared, request, context);
        return opening ? std::move(*opening) : openai_refusal(opening.error());
    };
    constexpr std::chrono::seconds to_say_so{30};
    return {{.method = "POST",
             .pattern = "/v1/audio/transcriptions",
             .open_handler = handler,
             .limits = {.body_bytes = largest_body_bytes(shared->settings),
                        .time = shared->settings.openai_time + to_say_so}}};
}

}  // namespace upload
