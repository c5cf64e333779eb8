#include "runtime/problem.hpp"

#include "base/json_writer.hpp"

namespace runtime {

std::string problem_type(base::ErrorCode code) {
    return "urn:video-transcriber:problem:" + std::string(base::code_name(code));
}

std::string problem_json(const base::Error& error, std::string_view correlation_id) {
    const base::ErrorKind& kind = base::describe(error.code);
    // What fails inside names files and tables, which are nobody's business outside; who may be told to come back may
    // know why.
    const bool told = kind.http_status < 500 || kind.http_status == 503 || kind.http_status == 504;
    base::JsonWriter json(0);
    json.begin_object();
    json.key("type").value(problem_type(error.code));
    json.key("title").value(kind.title);
    json.key("status").value(kind.http_status);
    json.key("detail").value(told ? std::string_view(error.message) : "it is in the log under the correlation id");
    json.key("code").value(kind.name);
    json.key("correlation_id").value(correlation_id);
    json.end_object();
    return json.text();
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
