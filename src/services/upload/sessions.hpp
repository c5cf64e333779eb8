// What this service asks of the session service, through the mesh.
#pragma once
#include <optional>
#include <string>

#include "base/json.hpp"
#include "runtime/http_client.hpp"
#include "services/upload/shared.hpp"

namespace upload {

/// What a session may be told at its birth.
struct SessionFields {
    std::optional<std::string> title;
    std::optional<std::string> language;
    std::optional<std::string> model;
    std::optional<std::string> multichannel = {};  // "true" or "false"
    std::optional<std::string> speakers = {};
    std::optional<std::string> vocabulary = {};  // phrases with commas between
};

struct SessionView {
    std::string status;
    std::string owner_id;
    bool has_video = false;
    base::Error error{};  // when it failed
    std::string json;     // as GET /v1/sessions/{id} gave it
};

/// The context of a call that begins now: an upload may take longer than its request was meant to.
runtime::Context fresh(const Uploads& shared, const runtime::Context& context);

/// Makes the session of this id, or finds it made. Errors: those that the session service answers.
base::Result<void> create_session(const Uploads& shared, const runtime::Context& context, std::string_view session_id,
                                  const SessionFields& fields);
/// The same with a description as POST /v1/sessions takes it.
base::Result<void> create_session(const Uploads& shared, const runtime::Context& context, std::string_view session_id,
                                  std::string description);
/// Whether a session whose creation failed so may be there all the same: perhaps only the answer was lost.
bool may_be_made(const base::Error& error);
base::Result<SessionView> get_session(const Uploads& shared, const runtime::Context& context,
                                      std::string_view session_id);
/// Errors: also conflict, when the session has a video or waits for none.
base::Result<SessionView> get_waiting_session(const Uploads& shared, const runtime::Context& context,
                                              std::string_view session_id);

base::Result<SessionView> parse_session(std::string json);
runtime::Request get_request(std::string target);

}  // namespace upload
