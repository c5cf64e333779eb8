// For tests: the upload service as far as live streams ask it, with faults on the way there and back.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "flow/requests.hpp"
#include "flow/service.hpp"

namespace transcription {

struct StubUploads {
    std::string description;  // of the session, as it came
    std::string bytes;
    std::optional<std::size_t> length_bytes;  // once it is told
    int recordings = 0;
    int requests = 0;  // with bytes
    /// Before a request has its effect, and after: what is returned is the answer instead.
    std::function<base::Result<void>()> before = [] { return base::Result<void>(); };
    std::function<base::Result<void>()> after = [] { return base::Result<void>(); };

    [[nodiscard]] bool finished() const { return length_bytes == bytes.size(); }

    flow::Service service() {
        return {.name = "upload",
                .options = {},
                .migrations = {},
                .make = [this](const flow::Platform&) -> base::Result<flow::Parts> {
                    flow::Parts parts;
                    parts.routes = {
                        route("POST", "/internal/recordings", [this](const auto& request) { return begin(request); }),
                        route("PATCH", "/v1/uploads/{id}", [this](const auto& request) { return patch(request); }),
                        route("HEAD", "/v1/uploads/{id}", [this](const auto&) { return state(); })};
                    return parts;
                }};
    }

  private:
    template <class Act>
    runtime::Route route(std::string method, std::string pattern, Act act) {
        return {.method = std::move(method),
                .pattern = std::move(pattern),
                .handler =
                    [this, act](runtime::Request& request, runtime::Context& context) {
                        if (auto may = before(); !may) return flow::answer(std::unexpected(may.error()), context);
                        auto answer = act(request);
                        if (auto may = after(); !may) return flow::answer(std::unexpected(may.error()), context);
                        return flow::answer(std::move(answer), context);
                    },
                .limits = {.body_bytes = std::uint64_t{1} << 30U}};
    }
    base::Result<runtime::Response> begin(const runtime::Request& request) {
        ++recordings;
        description = request.body;
        return flow::json_response(201, base::JsonObject{{"session_id", "s9"}, {"upload_id", "u9"}});
    }
    base::Result<runtime::Response> patch(const runtime::Request& request) {
        ++requests;
        if (request.headers.find("Upload-Offset") != std::to_string(bytes.size()))
            return base::fail(base::ErrorCode::conflict, "another offset");
        bytes += request.body;
        if (const auto length = request.headers.find("Upload-Length")) length_bytes = std::stoull(std::string(*length));
        return runtime::Response{.status = 204};
    }
    base::Result<runtime::Response> state() {
        runtime::Response response{.status = 200};
        response.headers.set("Upload-Offset", std::to_string(bytes.size()));
        return response;
    }
};

}  // namespace transcription
