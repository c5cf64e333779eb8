// For the tests of this service: a platform with a stand-in for the session service, and requests whose bodies come in
// pieces, break off, or are answered late.
#pragma once
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "flow/test_platform.hpp"
#include "services/upload/handlers.hpp"
#include "services/upload/upload.hpp"

namespace upload {

template <class T>
T must(base::Result<T> result) {
    if (!result)
        throw std::runtime_error(std::string(base::code_name(result.error().code)) + ": " + result.error().message);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// The session service as far as uploads ask it.
struct StubSessions {
    struct Row {
        std::string status = "uploading";
        bool has_video = false;
        std::string owner_id = "admin";
        std::string fields{};  // as they were PUT
        std::string error{};
    };
    std::map<std::string, Row, std::less<>> rows{};
    std::string transcript = R"({"text":"hello","language":"en","segments":[]})";
    std::vector<std::string> asked_formats{};
    base::ErrorCode refuse_creation = base::ErrorCode::internal;  // else with this code
    base::ErrorCode lose_creation = base::ErrorCode::internal;    // likewise, when it is made
    base::ErrorCode refuse_reading = base::ErrorCode::internal;   // likewise

    flow::Service service() {
        return {.name = "session",
                .options = {},
                .migrations = {},
                .make = [this](const flow::Platform&) -> base::Result<flow::Parts> { return make(); }};
    }

  private:
    flow::Parts make() {
        flow::Parts parts;
        parts.routes = {{.method = "PUT",
                         .pattern = "/internal/sessions/{id}",
                         .handler = [this](auto& r, auto& c) { return put(r, c); }},
                        {.method = "GET",
                         .pattern = "/v1/sessions/{id}",
                         .handler = [this](auto& r, auto& c) { return get(r, c); }},
                        {.method = "DELETE",
                         .pattern = "/v1/sessions/{id}",
                         .handler =
                             [this](auto& r, auto&) {
                                 rows.erase(std::string(r.path_parameter("id")));
                                 return runtime::Response{.status = 204};
                             }},
                        {.method = "GET", .pattern = "/v1/sessions/{id}/transcript", .handler = [this](auto& r, auto&) {
                             asked_formats.emplace_back(r.query_parameter("format").value_or(""));
                             return runtime::bytes_response(200, "text/plain", transcript);
                         }}};
        return parts;
    }
    runtime::Response put(const runtime::Request& request, const runtime::Context& context) {
        if (refuse_creation != base::ErrorCode::internal)
            return flow::answer(base::fail(refuse_creation, "not so"), context);
        rows[std::string(request.path_parameter("id"))].fields = request.body;
        if (lose_creation != base::ErrorCode::internal) return flow::answer(base::fail(lose_creation, "lost"), context);
        return flow::json_response(201, base::JsonObject{});
    }
    runtime::Response get(const runtime::Request& request, const runtime::Context& context) {
        if (refuse_reading != base::ErrorCode::internal)
            return flow::answer(base::fail(refuse_reading, "not now"), context);
        const auto found = rows.find(request.path_parameter("id"));
        if (found == rows.end()) return flow::answer(base::fail(base::ErrorCode::not_found, "no session"), context);
        const Row& row = found->second;
        const base::Json error = row.error.empty()
                                     ? base::Json()
                                     : base::Json(base::JsonObject{{"code", row.error}, {"message", "because"}});
        return flow::json_response(200, base::JsonObject{{"id", found->first},
                                                         {"status", row.status},
                                                         {"has_video", row.has_video},
                                                         {"owner_id", row.owner_id},
                                                         {"error", error}});
    }
};

/// Who may bring videos, but none to somebody else's session.
inline model::Principal member(std::string_view id) {
    model::Principal principal = flow::TestPlatform::viewer("acme", id);
    principal.roles = {model::Role::member};
    return principal;
}
/// An administrator without this scope.
inline model::Principal without(std::string_view scope) {
    model::Principal principal = flow::TestPlatform::admin("acme");
    principal.scopes.clear();
    for (const model::ActionRule& rule : model::action_rules())
        if (rule.scope != scope) principal.scopes.emplace(rule.scope);
    return principal;
}

inline std::string some_bytes(std::size_t size, std::uint64_t seed = 7) {
    std::string bytes(size, '\0');
    base::SeededRandom random(seed);
    random.fill(std::as_writable_bytes(std::span(bytes)));
    return bytes;
}

inline constexpr std::size_t part = std::size_t{8} << 20U;

class UploadTest : public testing::Test {
  protected:
    using Options = std::vector<std::pair<std::string, std::string>>;
    explicit UploadTest(Options options = {}) : platform({sessions.service(), service()}, 1, std::move(options)) {}

    /// An exchange whose answer is whole.
    runtime::ClientResponse ask(std::string method, std::string target, runtime::Headers headers = {},
                                std::string body = {},
                                const model::Principal& who = flow::TestPlatform::admin("acme")) {
        return platform.call("upload",
                             {.method = std::move(method),
                              .target = std::move(target),
                              .headers = std::move(headers),
                              .body = std::move(body)},
                             who);
    }
    runtime::ClientResponse tus(std::string method, std::string target, runtime::Headers headers = {},
                                std::string body = {},
                                const model::Principal& who = flow::TestPlatform::admin("acme")) {
        if (!headers.find("Tus-Resumable")) headers.set("Tus-Resumable", "1.0.0");
        return ask(std::move(method), std::move(target), std::move(headers), std::move(body), who);
    }
    runtime::ClientResponse patch(const std::string& target, std::size_t offset, std::string body,
                                  runtime::Headers headers = {}) {
        headers.set("Content-Type", "application/offset+octet-stream");
        headers.set("Upload-Offset", std::to_string(offset));
        return tus("PATCH", target, std::move(headers), std::move(body));
    }
    std::string create(std::size_t length) {
        const auto answer = tus("POST", "/v1/uploads", {{"Upload-Length", std::to_string(length)}});
        EXPECT_EQ(answer.status, 201) << answer.body;
        return std::string(answer.headers.find("Location").value_or(""));
    }
    std::string offset_of(const std::string& target) {
        return std::string(tus("HEAD", target).headers.find("Upload-Offset").value_or("none"));
    }

    /// The header of a request only: what the handler decides.
    runtime::Opening open(runtime::Request request) {
        auto& parts = streams_.emplace_back(std::make_unique<Stream>());
        parts->parts = must(service().make(platform.platform()));
        parts->router = std::make_unique<runtime::Router>(parts->parts.routes);
        parts->context = platform.platform().mesh.new_context(request);
        parts->context.principal = model::to_text(flow::TestPlatform::admin("acme"));
        parts->context.deadline = platform.clock().now() + std::chrono::minutes(1);
        parts->request = std::move(request);
        const auto route = parts->router->find(parts->request, parts->context);
        return (*route)->open_handler(parts->request, parts->context);
    }
    std::unique_ptr<runtime::BodySink> open_sink(runtime::Request request) {
        auto opening = open(std::move(request));
        if (auto* sink = std::get_if<std::unique_ptr<runtime::BodySink>>(&opening)) return std::move(*sink);
        ADD_FAILURE() << std::get<std::string>(std::get<runtime::Response>(opening).body);
        return nullptr;
    }
    static std::optional<runtime::Response> pour(runtime::BodySink& sink, std::string_view bytes) {
        while (!bytes.empty()) {
            const std::string_view chunk = bytes.substr(0, runtime::http_chunk_bytes);
            if (auto early = sink.write(std::as_bytes(std::span(chunk)))) return early;
            bytes.remove_prefix(chunk.size());
        }
        return std::nullopt;
    }

    std::vector<std::string> keys() {
        const auto blobs = must(platform.platform().blobs.tenant("acme"));
        std::vector<std::string> found;
        for (const auto& listed : must(blobs->list({})).blobs)
            found.push_back(listed.key);
        return found;
    }
    std::string video_of(const model::Event& event) {
        const auto blobs = must(platform.platform().blobs.tenant("acme"));
        return must(blob::read(*blobs, *event.payload.member("blob_key")->text(), std::size_t{64} << 20U));
    }
    void sql(const std::string& statement) {
        auto transaction = must(platform.platform().database.tenant("acme").write());
        must(transaction.execute(statement));
        must(transaction.commit());
    }

    StubSessions sessions;
    flow::TestPlatform platform;

  private:
    struct Stream {
        flow::Parts parts;
        std::unique_ptr<runtime::Router> router;
        runtime::Context context;
        runtime::Request request;
    };
    std::vector<std::unique_ptr<Stream>> streams_;
};

inline std::string error_code(const std::string& problem) {
    const auto json = base::parse_json(problem);
    const auto* code = json ? json->member("code") : nullptr;
    return code == nullptr ? problem : *code->text();
}

}  // namespace upload
