// For the tests of the service: the platform with the session service alone, and what the others would do to it.
#pragma once
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "flow/test_platform.hpp"
#include "model/transcript_json.hpp"
#include "services/session/content.hpp"
#include "services/session/record.hpp"
#include "services/session/session.hpp"

namespace session {

using runtime::ClientResponse;

inline model::Principal member(std::string_view id, std::string_view tenant_id = "acme") {
    model::Principal principal = flow::TestPlatform::admin(tenant_id);
    principal.id = id;
    principal.roles = {model::Role::member};
    return principal;
}

inline model::Transcript speech(const std::vector<std::string>& texts) {
    model::Transcript transcript{.language = "en",
                                 .duration_seconds = 10.0 * static_cast<double>(texts.size()),
                                 .engine = "fake; 1",
                                 .frame_rate_hz = 25};
    double start = 0;
    for (const std::string& text : texts) {
        transcript.segments.push_back({{start + 0.5, start + 9}, text, {{start + 1, start + 8}}, 0.9, {}});
        start += 10;
    }
    return transcript;
}

class Sessions {
  public:
    explicit Sessions(std::uint64_t seed = 1) : platform({service()}, seed) {}

    flow::TestPlatform platform;

    ClientResponse send(std::string method, std::string target, std::string body = {}, runtime::Headers headers = {},
                        const model::Principal& principal = flow::TestPlatform::admin("acme")) {
        if (!body.empty()) headers.set("Content-Type", "application/json");
        return platform.call("session",
                             {.method = std::move(method),
                              .target = std::move(target),
                              .headers = std::move(headers),
                              .body = std::move(body)},
                             principal);
    }
    ClientResponse get(std::string target) { return send("GET", std::move(target)); }

    static base::Json json(const ClientResponse& response) {
        auto parsed = base::parse_json(response.body);
        return parsed ? *parsed : base::Json();
    }
    static std::string text(const ClientResponse& response, std::string_view name) {
        const base::Json parsed = json(response);
        const base::Json* value = parsed.member(name);
        return value == nullptr || value->text() == nullptr ? std::string() : *value->text();
    }
    static std::string etag(const ClientResponse& response) {
        return std::string(response.headers.find("ETag").value_or(""));
    }

    std::string create(const std::string& title = "A talk",
                       const model::Principal& principal = flow::TestPlatform::admin("acme")) {
        return text(send("POST", "/v1/sessions", R"({"title":")" + title + "\"}", {}, principal), "id");
    }
    ClientResponse show(const std::string& id) { return get("/v1/sessions/" + id); }
    std::string status(const std::string& id) { return text(show(id), "status"); }
    std::string run_id(const std::string& id) { return text(show(id), "run_id"); }

    /// What `upload` and `transcription` say. `told` makes it another telling of the same fact.
    void tell(std::string_view type, const std::string& id, base::JsonObject payload, std::string_view told = "",
              std::string_view tenant = "acme") {
        payload.push_back({"session_id", id});
        const std::string key = base::to_canonical_json(payload) + std::string(told);
        platform.emit(tenant, {.type = type, .natural_key = key, .partition_key = id, .payload = std::move(payload)});
    }
    void uploaded(const std::string& id, std::string_view told = "", std::string_view tenant = "acme") {
        tell("video.uploaded", id,
             {{"upload_id", "u1"},
              {"blob_key", "videos/" + id + "/u1"},
              {"size_bytes", 5},
              {"content_hash", "ab"},
              {"media_type", "video/mp4"}},
             told, tenant);
    }
    void started(const std::string& id, const std::string& run, std::string_view told = "") {
        tell("transcription.started", id, {{"run_id", run}, {"engine", "fake; 1"}}, told);
    }
    void progressed(const std::string& id, const std::string& run, int done, int total, std::string_view told = "") {
        tell("transcription.progressed", id, {{"run_id", run}, {"segments_done", done}, {"segments_total", total}},
             told);
    }
    void failed(const std::string& id, const std::string& run, std::string_view told = "") {
        tell("transcription.failed", id, {{"run_id", run}, {"code", "media_no_audio"}, {"message", "no audio"}}, told);
    }
    void completed(const std::string& id, const std::string& run, const model::Transcript& transcript,
                   std::string_view told = "", std::string_view tenant = "acme") {
        const std::string bytes = model::to_canonical_json(transcript);
        const std::string hash = content_hash_of(bytes);
        EXPECT_TRUE(write_content(platform.platform().blobs, tenant, id, hash, bytes));
        tell("transcription.completed", id,
             {{"run_id", run},
              {"blob_key", content_key(id, hash)},
              {"content_hash", hash},
              {"language", "en"},
              {"engine", "fake; 1"},
              {"duration_seconds", transcript.duration_seconds},
              {"segments", 1},
              {"words", 2}},
             told, tenant);
    }
    /// A session that is completed with this transcript.
    std::string transcribed(const model::Transcript& transcript, const std::string& title = "A talk",
                            const model::Principal& principal = flow::TestPlatform::admin("acme")) {
        const std::string id = create(title, principal);
        uploaded(id, "", principal.tenant_id);
        platform.settle();
        completed(id, run_id_of(id, 1), transcript, "", principal.tenant_id);
        platform.settle();
        return id;
    }
    /// The ids that a list gives, in its order.
    std::vector<std::string> list(const std::string& query,
                                  const model::Principal& principal = flow::TestPlatform::admin("acme")) {
        const base::Json page = json(send("GET", "/v1/sessions" + query, "", {}, principal));
        std::vector<std::string> ids;
        const base::Json* data = page.member("data");
        if (data == nullptr || data->array() == nullptr) return {"(not a list)"};
        for (const base::Json& item : *data->array())
            ids.push_back(*item.member("id")->text());
        return ids;
    }
    std::int64_t count(const std::string& table, std::string_view tenant = "acme") {
        auto transaction = platform.platform().database.tenant(tenant).read();
        const auto row = transaction->query_one("select count(*) as n from " + table + " where tenant_id = :tenant");
        return (*row)->integer("n");
    }
};

}  // namespace session
