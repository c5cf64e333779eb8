#include "services/upload/sessions.hpp"

#include "runtime/uri.hpp"

namespace upload {
namespace {

using base::ErrorCode;
using base::fail;

constexpr std::chrono::seconds patience{30};

std::string text_of(const base::Json& object, std::string_view name) {
    const base::Json* member = object.member(name);
    const std::string* text = member == nullptr ? nullptr : member->text();
    return text == nullptr ? std::string() : *text;
}

std::string path_of(std::string_view before, std::string_view session_id) {
    return std::string(before) + runtime::percent_encode(session_id);
}

// What is neither is refused with the session's other fields.
base::Json boolean_or_text(const std::string& text) {
    if (text == "true" || text == "false") return text == "true";
    return text;
}

}  // namespace

runtime::Context fresh(const Uploads& shared, const runtime::Context& context) {
    runtime::Context later = context;
    later.deadline = shared.platform.clock.now() + patience;
    return later;
}

runtime::Request get_request(std::string target) {
    return {.method = "GET", .target = std::move(target)};
}

base::Result<SessionView> parse_session(std::string json) {
    const auto session = base::parse_json(json);
    if (!session) return pass_on(session);
    SessionView view{.status = text_of(*session, "status"), .owner_id = text_of(*session, "owner_id")};
    const base::Json* has_video = session->member("has_video");
    view.has_video = has_video != nullptr && has_video->boolean() != nullptr && *has_video->boolean();
    if (const base::Json* error = session->member("error"); error != nullptr && error->object() != nullptr)
        view.error = {flow::code_named(text_of(*error, "code")), text_of(*error, "message")};
    view.json = std::move(json);
    return view;
}

base::Result<void> create_session(const Uploads& shared, const runtime::Context& context, std::string_view session_id,
                                  std::string description) {
    runtime::Request request{.method = "PUT",
                             .target = path_of("/internal/sessions/", session_id),
                             .headers = {{"Content-Type", "application/json"}},
                             .body = std::move(description)};
    const auto made = flow::body_of(shared.platform.mesh.call("session", std::move(request), fresh(shared, context)));
    if (!made) return pass_on(made);
    return {};
}

base::Result<void> create_session(const Uploads& shared, const runtime::Context& context, std::string_view session_id,
                                  const SessionFields& fields) {
    base::JsonObject body;
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value) body.push_back({name, *value});
    };
    add("title", fields.title);
    add("language", fields.language);
    add("model", fields.model);
    if (fields.multichannel) body.push_back({"multichannel", boolean_or_text(*fields.multichannel)});
    add("speakers", fields.speakers);
    add("vocabulary", fields.vocabulary);
    return create_session(shared, context, session_id, base::to_canonical_json(body));
}

bool may_be_made(const base::Error& error) {
    return error.code == ErrorCode::unavailable || error.code == ErrorCode::deadline_exceeded;
}

base::Result<SessionView> get_session(const Uploads& shared, const runtime::Context& context,
                                      std::string_view session_id) {
    auto json = flow::body_of(shared.platform.mesh.call("session", get_request(path_of("/v1/sessions/", session_id)),
                                                        fresh(shared, context)));
    if (!json) return pass_on(json);
    return parse_session(*std::move(json));
}

base::Result<SessionView> get_waiting_session(const Uploads& shared, const runtime::Context& context,
                                              std::string_view session_id) {
    auto session = get_session(shared, context, session_id);
    if (!session) return session;
    if (session->has_video) return fail(ErrorCode::conflict, "the session has a video already");
    if (session->status != "uploading")
        return fail(ErrorCode::conflict, "the session is " + session->status + " and waits for no video");
    return session;
}

}  // namespace upload
