#include "model/session.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "base/fakes.hpp"

namespace {

using base::ErrorCode;
using namespace model;
using enum SessionState;

const SessionError fault{"media_corrupt", "the media is corrupt"};

// Every change, as the run "r1" would cause it; the retry starts "r2".
const std::vector<std::pair<const char*, SessionChange>> changes{
    {"uploaded", VideoUploaded{"r1"}},       {"upload failed", UploadFailed{fault}},
    {"started", RunStarted{"r1"}},           {"progressed", RunProgressed{"r1", 1, 4}},
    {"completed", RunCompleted{"r1", "t1"}}, {"failed", RunFailed{"r1", fault}},
    {"cancelled", SessionCancelled{}},       {"retried", SessionRetried{"r2"}}};

Session session_in(SessionState state) {
    Session session{"acme", "s1", "anna", state};
    session.has_video = state != uploading;
    if (session.has_video) session.run_id = "r1";
    if (state == failed) session.error = fault;
    if (state == completed) session.progress = 1;
    return session;
}

struct Row {
    SessionState from;
    std::vector<std::optional<SessionState>> to;  // one a change; absent: a conflict
};

TEST(Session, FollowsTheTableOfTransitions) {
    const std::optional<SessionState> no;
    const Row table[] = {
        //             uploaded      upload failed  started       progressed    completed  failed     cancelled  retried
        {uploading, {queued, failed, transcribing, transcribing, completed, failed, cancelled, no}},
        {queued, {queued, queued, transcribing, transcribing, completed, failed, cancelled, no}},
        {transcribing, {transcribing, transcribing, transcribing, transcribing, completed, failed, cancelled, no}},
        {completed, {completed, completed, completed, completed, completed, completed, no, queued}},
        {failed, {failed, failed, failed, failed, failed, failed, cancelled, queued}},
        {cancelled, {cancelled, cancelled, cancelled, cancelled, cancelled, cancelled, cancelled, queued}},
    };
    for (const Row& row : table) {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const auto after = model::apply(session_in(row.from), changes[i].second);
            ASSERT_EQ(after.has_value(), row.to[i].has_value()) << state_name(row.from) << " " << changes[i].first;
            if (after) {
                EXPECT_EQ(after->state, row.to[i]) << state_name(row.from) << " " << changes[i].first;
            } else {
                EXPECT_EQ(after.error().code, ErrorCode::conflict);
            }
        }
    }
}

TEST(Session, IgnoresEventsOfAnEarlierRun) {
    const Session retried = *model::apply(session_in(failed), SessionRetried{"r2"});
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(model::apply(retried, changes[i].second), retried) << changes[i].first;
    }
    EXPECT_EQ(model::apply(retried, RunStarted{"r2"})->state, transcribing);
}

TEST(Session, TakesARunsEventsBeforeTheUploads) {
    Session session = *model::apply(session_in(uploading), RunStarted{"r1"});
    EXPECT_EQ(session.run_id, "r1");
    EXPECT_EQ(model::apply(session, VideoUploaded{"r1"}), session) << "late, and nothing new";
}

TEST(Session, ProgressNeverGoesBackAndIsOneOnlyWhenCompleted) {
    Session session = session_in(queued);
    for (const auto& [done, expected] : {std::pair{1, 0.25}, {3, 0.75}, {2, 0.75}, {4, 0.99}, {9, 0.99}}) {
        session = *model::apply(session, RunProgressed{"r1", done, 4});
        EXPECT_DOUBLE_EQ(session.progress, expected);
    }
    EXPECT_EQ(model::apply(session, RunProgressed{"r1", 1, 0}), session) << "a run without segments tells nothing";
    session = *model::apply(session, RunCompleted{"r1", "t1"});
    EXPECT_EQ(session.progress, 1);
    EXPECT_EQ(session.transcript_id, "t1");
    session = *model::apply(session, SessionRetried{"r2"});
    EXPECT_EQ(session.progress, 0);
    EXPECT_EQ(session.transcript_id, "t1") << "the old transcript stays until there is a new one";
}

TEST(Session, RetriesOnlyWhatHasAVideo) {
    const Session cancelled_early = *model::apply(session_in(uploading), SessionCancelled{});
    EXPECT_EQ(model::apply(cancelled_early, SessionRetried{"r1"}).error().code, ErrorCode::conflict);
    const Session uploaded_late = *model::apply(cancelled_early, VideoUploaded{"r1"});
    EXPECT_EQ(uploaded_late.state, cancelled);
    EXPECT_TRUE(model::apply(uploaded_late, SessionRetried{"r2"}));
}

// Whatever comes in whatever order, what must always be true is.
TEST(Session, KeepsItsInvariantsUnderAnyHistory) {
    constexpr std::uint64_t seed = 4;
    base::SeededRandom random(seed);
    for (int history = 0; history < 2000; ++history) {
        Session session = session_in(uploading);
        for (int step = 0; step < 12; ++step) {
            const SessionChange& change = changes[random.below(changes.size())].second;
            const auto after = model::apply(session, change);
            if (!after) continue;
            ASSERT_EQ(after->error.has_value(), after->state == failed) << "seed " << seed << " history " << history;
            ASSERT_EQ(after->progress == 1, after->state == completed);
            ASSERT_EQ(after->row_version, session.row_version + (*after == session ? 0 : 1));
            const bool event = change.index() < 6;
            if (event) {
                ASSERT_EQ(model::apply(*after, change), *after)
                    << "an event that comes twice does nothing the second time";
            }
            session = *after;
        }
    }
}

TEST(SessionState, HasOneNameEach) {
    for (const auto state : {uploading, queued, transcribing, completed, failed, cancelled}) {
        EXPECT_EQ(parse_session_state(state_name(state)), state);
    }
    EXPECT_FALSE(parse_session_state("done"));
}

}  // namespace
