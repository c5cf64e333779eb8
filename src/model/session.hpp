// A session is one video's journey, the unit a user sees. Its state changes only by `apply`; a change is a value.
// Events come at least once and in any order, so a change by an event that is repeated, late or of an earlier run
// leaves the session as it is; a change that a user asks for and that the state does not allow is a conflict. Pure; any
// thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"

namespace model {

enum class SessionState : std::uint8_t { uploading, queued, transcribing, completed, failed, cancelled };

struct SessionError {
    std::string code = {};     // of base/error.hpp
    std::string message = {};  // one line
    bool operator==(const SessionError&) const = default;
};

struct Session {
    std::string tenant_id = {};
    std::string id = {};
    std::string owner_id = {};
    SessionState state = SessionState::uploading;
    double progress = 0;                     // 0 to 1; 1 exactly when completed
    bool has_video = false;                  // the source is durable
    std::string run_id = {};                 // of the current run; empty before the first
    std::string transcript_id = {};          // of the newest version; empty while there is none
    std::optional<SessionError> error = {};  // there exactly when failed
    std::int64_t row_version = 1;            // counts the changes that changed something
    bool operator==(const Session&) const = default;
};

// What events tell
struct VideoUploaded {
    std::string run_id = {};  // of the first run
};
struct UploadFailed {
    SessionError error;
};
struct RunStarted {
    std::string run_id = {};
};
struct RunProgressed {
    std::string run_id = {};
    std::int64_t segments_done = 0;
    std::int64_t segments_total = 0;
};
struct RunCompleted {
    std::string run_id = {};
    std::string transcript_id = {};
};
struct RunFailed {
    std::string run_id = {};
    SessionError error;
};
// What users ask for
struct SessionCancelled {};
struct SessionRetried {
    std::string run_id = {};  // of the new run
};

using SessionChange = std::variant<VideoUploaded, UploadFailed, RunStarted, RunProgressed, RunCompleted, RunFailed,
                                   SessionCancelled, SessionRetried>;

/// Errors: conflict. Cancelling is allowed in every state but completed (and changes nothing when cancelled already); a
/// retry in every state that has ended, if there is a video.
base::Result<void> can_apply(const Session& session, const SessionChange& change);

/// The session after the change, with its row_version grown if anything is different. Errors: those of can_apply.
base::Result<Session> apply(const Session& session, const SessionChange& change);

/// Whether nothing more happens by itself: completed, failed or cancelled.
bool has_ended(SessionState state);

std::string_view state_name(SessionState state);
/// Absent for an unknown name.
std::optional<SessionState> parse_session_state(std::string_view name);

}  // namespace model
