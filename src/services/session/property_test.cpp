// Whatever order events and requests come in, and however often: the session never contradicts the model's rules, a
// completed one always has its version, and what the service tells is what is so.
#include <random>

#include <gtest/gtest.h>

#include "services/session/test_sessions.hpp"

namespace session {
namespace {

constexpr int steps_a_story = 30;
constexpr std::uint64_t stories = 60;

class Story {
  public:
    Story(Sessions& sessions, std::uint64_t seed) : sessions_(sessions), chance_(seed), id_(sessions.create()) {}

    void run() {
        for (int step = 0; step < steps_a_story && !deleted_; ++step) {
            act();
            if (chance_() % 2 == 0) sessions_.platform.settle(std::chrono::milliseconds(chance_() % 300));
            check();
        }
        sessions_.platform.settle();
        check();
    }

  private:
    // Of those that were ever asked for.
    std::string any_run() { return run_id_of(id_, static_cast<std::int64_t>(chance_() % runs_) + 1); }
    std::string telling() { return std::to_string(chance_() % 3); }
    std::string path(const char* rest = "") const { return "/v1/sessions/" + id_ + rest; }

    void act() {
        switch (chance_() % 14) {
            case 0:
            case 1:
                return sessions_.uploaded(id_, telling());
            case 2:
                return sessions_.tell("upload.failed", id_,
                                      {{"upload_id", "u1"}, {"code", "media_refused"}, {"message", "no"}}, telling());
            case 3:
            case 4:
                return sessions_.started(id_, any_run(), telling());
            case 5:
                return sessions_.progressed(id_, any_run(), static_cast<int>(chance_() % 5), 4, telling());
            case 6:
            case 7:
            case 8:
                return sessions_.completed(id_, any_run(), speech({"Take " + telling()}), telling());
            case 9:
                return sessions_.failed(id_, any_run(), telling());
            case 10:
                return request("POST", path("/cancel"));
            case 11:
                return retry();
            case 12:
                return edit();
            default:
                if (chance_() % 20 != 0) return request("PATCH", path(), R"({"title":"Another"})");
                deleted_ = true;
                return request("DELETE", path());
        }
    }

    void request(std::string method, const std::string& target, std::string body = {}, runtime::Headers headers = {}) {
        if (method == "PATCH") headers.set("If-Match", Sessions::etag(sessions_.show(id_)));
        const auto answer = sessions_.send(std::move(method), target, std::move(body), std::move(headers));
        EXPECT_LT(answer.status, 500) << answer.body;
    }

    void retry() {
        const auto answer = sessions_.send("POST", path("/retry"));
        EXPECT_TRUE(answer.status == 202 || answer.status == 409) << answer.body;
        if (answer.status == 202) ++runs_;
    }

    void edit() {
        const auto read = sessions_.get(path("/transcript"));
        if (read.status != 200) return;
        request("PUT", path("/transcript"), R"({"segments":[{"start":1,"end":2,"text":"Cut )" + telling() + "\"}]}",
                {{"If-Match", Sessions::etag(read)}});
    }

    void check() {
        const auto shown = sessions_.show(id_);
        if (deleted_) {
            EXPECT_EQ(shown.status, 404);
            return;
        }
        const base::Json json = Sessions::json(shown);
        const std::string status = *json.member("status")->text();
        const double progress = json.member("progress")->number().value();
        const bool has_version = !json.member("transcript_version")->is_null();
        EXPECT_EQ(status == "failed", !json.member("error")->is_null());
        EXPECT_EQ(status == "completed", progress == 1);
        EXPECT_TRUE(status != "completed" || has_version);
        const bool at_work = status == "queued" || status == "transcribing" || status == "completed";
        EXPECT_TRUE(!at_work || (*json.member("has_video")->boolean() && !json.member("run_id")->is_null()));
        EXPECT_EQ(sessions_.get(path("/transcript")).status, has_version ? 200 : 404);
        check_versions(has_version ? *json.member("transcript_version")->integer() : 0);
        check_order(shown);
    }

    // Versions count without gaps, each the child of the one before.
    void check_versions(std::int64_t newest) {
        const base::Json page = Sessions::json(sessions_.get(path("/transcript/versions?limit=100")));
        const auto& versions = *page.member("data")->array();
        ASSERT_EQ(std::ssize(versions), newest);
        for (std::size_t i = 0; i < versions.size(); ++i) {
            EXPECT_EQ(*versions[i].member("version")->integer(), newest - static_cast<std::int64_t>(i));
            const base::Json& parent = *versions[i].member("parent");
            if (i + 1 == versions.size()) {
                EXPECT_TRUE(parent.is_null());
            } else {
                EXPECT_EQ(*parent.text(), *versions[i + 1].member("transcript_id")->text());
            }
        }
    }

    // What is completed stays so until somebody asks for another run; runs only grow.
    void check_order(const ClientResponse& shown) {
        const std::string run = Sessions::text(shown, "run_id");
        const std::string status = Sessions::text(shown, "status");
        if (!completed_run_.empty() && run == completed_run_) {
            EXPECT_EQ(status, "completed");
        }
        if (status == "completed") completed_run_ = run;
    }

    Sessions& sessions_;
    std::mt19937_64 chance_;
    std::string id_;
    std::uint64_t runs_ = 1;
    std::string completed_run_;
    bool deleted_ = false;
};

TEST(Sessions, KeepTheRulesWhateverComesInWhateverOrder) {
    Sessions sessions(7);
    for (std::uint64_t seed = 1; seed <= stories; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Story(sessions, seed).run();
        if (testing::Test::HasFailure()) break;
    }
    EXPECT_TRUE(sessions.platform.events("dead_letter").empty());
    const auto completions = sessions.platform.events("session.completed").size();
    EXPECT_GT(completions, stories / 4) << "the stories should get somewhere";
}

}  // namespace
}  // namespace session
