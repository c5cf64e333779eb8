#include "model/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace model {
namespace {

using enum SessionState;
using base::ErrorCode;
using base::fail;

constexpr std::array<std::string_view, 6> names{"uploading", "queued", "transcribing",
                                                "completed", "failed", "cancelled"};

// A run's event counts when it is of the current run, or when the session has not yet heard of any run: the topics of
// upload and transcription keep no order between them.
bool concerns(const Session& session, const std::string& run_id) {
    return !has_ended(session.state) && (session.run_id.empty() || session.run_id == run_id);
}

void adopt(Session& session, const std::string& run_id) {
    session.run_id = run_id;
    session.has_video = true;
}

void end(Session& session, SessionState state) {
    session.state = state;
    if (state == completed) session.progress = 1;
}

struct Transition {
    Session session;

    void operator()(const VideoUploaded& change) {
        const bool first = session.state == uploading;
        session.has_video = true;  // also for one that was cancelled meanwhile: it can be retried
        if (!first) return;
        session.run_id = change.run_id;
        session.state = queued;
    }
    void operator()(const UploadFailed& change) {
        if (session.state != uploading) return;
        end(session, failed);
        session.error = change.error;
    }
    void operator()(const RunStarted& change) {
        if (!concerns(session, change.run_id)) return;
        adopt(session, change.run_id);
        session.state = transcribing;
    }
    void operator()(const RunProgressed& change) {
        if (!concerns(session, change.run_id) || change.segments_total <= 0) return;
        adopt(session, change.run_id);
        session.state = transcribing;
        const double done = static_cast<double>(change.segments_done) / static_cast<double>(change.segments_total);
        session.progress = std::max(session.progress, std::clamp(done, 0.0, almost_done));
    }
    void operator()(const RunCompleted& change) {
        if (!concerns(session, change.run_id)) return;
        adopt(session, change.run_id);
        end(session, completed);
        session.transcript_id = change.transcript_id;
    }
    void operator()(const RunFailed& change) {
        if (!concerns(session, change.run_id)) return;
        adopt(session, change.run_id);
        end(session, failed);
        session.error = change.error;
    }
    void operator()(const SessionCancelled&) {
        end(session, cancelled);
        session.error.reset();
    }
    void operator()(const SessionRetried& change) {
        session.state = queued;
        session.run_id = change.run_id;
        session.progress = 0;
        session.error.reset();
    }

    static constexpr double almost_done = 0.99;  // 1 is for a transcript that is there
};

}  // namespace

base::Result<void> can_apply(const Session& session, const SessionChange& change) {
    if (std::holds_alternative<SessionCancelled>(change) && session.state == completed) {
        return fail(ErrorCode::conflict,
                    "the session is completed: there is nothing to cancel; delete it if it is not wanted");
    }
    if (!std::holds_alternative<SessionRetried>(change)) return {};
    if (!has_ended(session.state)) {
        return fail(ErrorCode::conflict, "the session is " + std::string(state_name(session.state)) +
                                             ": a retry is for one that is completed, failed or cancelled");
    }
    if (!session.has_video)
        return fail(ErrorCode::conflict, "the session has no video to try again with; upload it first");
    return {};
}

base::Result<Session> apply(const Session& session, const SessionChange& change) {
    if (auto checked = can_apply(session, change); !checked) return std::unexpected(std::move(checked.error()));
    Transition transition{session};
    std::visit(transition, change);
    if (transition.session != session) ++transition.session.row_version;
    return std::move(transition.session);
}

bool has_ended(SessionState state) {
    return state == completed || state == failed || state == cancelled;
}

std::string_view state_name(SessionState state) {
    return names.at(std::to_underlying(state));
}

std::optional<SessionState> parse_session_state(std::string_view name) {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<SessionState>(found - names.begin());
}

}  // namespace model
