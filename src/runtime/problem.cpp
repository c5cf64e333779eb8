#include "runtime/problem.hpp"

#include "base/json_writer.hpp"

namespace runtime {

std::string problem_type(base::ErrorCode code) {
    return "urn:video-transcriber:problem:" + std::string(base::code_name(code));
}

namespace {

// What fails inside names files and tables, which are nobody's business outside; who may be told to come back may know
// why.
bool is_told(const base::ErrorKind& kind) {
    return kind.http_status < 500 || kind.http_status == 503 || kind.http_status == 504;
}

std::string problem_text(const base::Error& error, std::string_view correlation_id, const base::Error* cause) {
    const base::ErrorKind& kind = base::describe(error.code);
    base::JsonWriter json(0);
    json.begin_object();
    json.key("type").value(problem_type(error.code));
    json.key("title").value(kind.title);
    json.key("status").value(kind.http_status);
    json.key("detail").value(is_told(kind) ? std::string_view(error.message)
                                           : "it is in the log under the correlation id");
    json.key("code").value(kind.name);
    if (cause != nullptr) json.key("cause").value(base::code_name(cause->code));
    json.key("correlation_id").value(correlation_id);
    json.end_object();
    return json.text();
}

}  // namespace

std::string problem_json(const base::Error& error, std::string_view correlation_id) {
    return problem_text(error, correlation_id, nullptr);
}

std::string_view public_message(const base::Error& error) {
    const base::ErrorKind& kind = base::describe(error.code);
    return is_told(kind) ? std::string_view(error.message) : kind.title;
}

Response readiness_response(const base::Result<void>& ready, const Context& context) {
    if (ready) return bytes_response(200, "text/plain", "ready\n");
    const base::Error& cause = ready.error();
    Response response =
        problem_response({base::ErrorCode::unavailable, "not ready: " + std::string(public_message(cause))}, context);
    response.body = problem_text(*response.fault, context.correlation_id, &cause);
    response.fault->message =
        "not ready: " + std::string(base::code_name(cause.code)) + ": " + cause.message;  // for the log
    return response;
}

Response problem_response(const base::Error& error, const Context& context) {
    const base::ErrorKind& kind = base::describe(error.code);
    Response response =
        bytes_response(kind.http_status, "application/problem+json", problem_json(error, context.correlation_id));
    if (kind.http_status == 503) response.headers.set("Retry-After", "1");
    if (kind.http_status == 401) response.headers.set("WWW-Authenticate", "Bearer");
    response.fault = error;
    return response;
}

}  // namespace runtime
