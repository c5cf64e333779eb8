// POST /v1/sessions as a form: a session and its video in one request.
#include "runtime/problem.hpp"
#include "services/upload/form_sink.hpp"
#include "services/upload/handlers.hpp"
#include "services/upload/long_call.hpp"
#include "services/upload/sessions.hpp"

namespace upload {
namespace {

using base::Result;
using runtime::Context;
using runtime::Opening;
using runtime::Request;
using runtime::Response;

// What one request is about, from its header to its answer.
struct Job {
    Shared shared;
    Unit unit;
    Request request;
    Context context;
    model::Principal principal;
    std::unique_ptr<LongCall> call{};
};
using Begun = std::variant<std::unique_ptr<OneShot>, Response>;

// The file's bytes cannot be part of it: the answer to a repetition comes before they do.
base::Json identity_of(const Request& request, const FormFields& fields, const FormFile& file) {
    base::JsonArray all{file.name, file.media_type,
                        request.content_length ? std::to_string(*request.content_length) : std::string()};
    for (const auto& [name, value] : fields)
        all.push_back(base::JsonArray{name, value});
    return all;
}

Result<Begun> begin(Job& job, const FormFields& fields, const FormFile& file) {
    if (auto good = check_video(job.shared->settings, file.media_type, {}); !good) return pass_on(good);
    auto call =
        LongCall::begin(job.shared, job.unit, job.request, job.principal.id, identity_of(job.request, fields, file));
    if (!call) return pass_on(call);
    if (auto* before = std::get_if<Response>(&*call)) return std::move(*before);
    job.call = std::move(std::get<std::unique_ptr<LongCall>>(*call));
    const std::string session_id = job.shared->platform.ids.next();
    const SessionFields about{first_field(fields, "title"),    first_field(fields, "language"),
                              first_field(fields, "model"),    first_field(fields, "multichannel"),
                              first_field(fields, "speakers"), first_field(fields, "vocabulary")};
    auto upload = OneShot::begin(
        job.shared, job.unit,
        {.session_id = session_id, .owner_id = job.principal.id, .media_type = file.media_type, .file_name = file.name},
        false);
    if (!upload) return pass_on(upload);
    const auto made = create_session(*job.shared, job.context, session_id, about);
    if (made || may_be_made(made.error())) (*upload)->tell_session();
    if (!made) return pass_on(made);
    return *std::move(upload);
}

Result<Response> finish(Job& job, OneShot& upload) {
    const auto session = get_session(*job.shared, job.context, upload.upload().session_id);
    if (!session) return pass_on(session);
    Response response = runtime::bytes_response(202, "application/json", session->json);
    response.headers.set("Location", "/v1/sessions/" + upload.upload().session_id);
    const auto finished =
        upload.finish([&](store::Transaction& transaction) { return job.call->finish(transaction, response); });
    if (!finished) return pass_on(finished);
    job.call->committed();
    return response;
}

Result<Opening> open(const Shared& shared, Request& request, Context& context) {
    const auto principal = flow::authorize(context, model::Action::session_create);
    if (!principal) return pass_on(principal);
    const auto job = std::make_shared<Job>(Job{shared, unit_of(*principal, context), request, context, *principal});
    auto sink = open_form(
        request, {.fields = {"title", "language", "model", "multichannel", "speakers", "vocabulary"},
                  .file = [job](const FormFields& fields, const FormFile& file) { return begin(*job, fields, file); },
                  .whole = [job](const FormFields&, OneShot& upload) { return finish(*job, upload); },
                  .refuse = [job](const base::Error& error,
                                  std::string_view) { return runtime::problem_response(error, job->context); }});
    if (!sink) return pass_on(sink);
    return *std::move(sink);
}

}  // namespace

std::vector<runtime::Route> form_routes(const Shared& shared) {
    auto handler = [shared](Request& request, Context& context) -> Opening {
        auto opening = open(shared, request, context);
        return opening ? std::move(*opening) : runtime::problem_response(opening.error(), context);
    };
    return {{.method = "POST",
             .pattern = "/v1/sessions",
             .open_handler = handler,
             .limits = {.body_bytes = largest_body_bytes(shared->settings)}}};
}

}  // namespace upload
