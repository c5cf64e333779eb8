#include "simulation/world.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <utility>

#include "blob/test_file_system.hpp"
#include "flow/dead_letters.hpp"
#include "flow/test_process.hpp"
#include "services/analysis/analysis.hpp"
#include "services/exporting/exporting.hpp"
#include "services/notification/notification.hpp"
#include "services/session/session.hpp"
#include "services/upload/upload.hpp"
#include "simulation/clients.hpp"

namespace simulation {
namespace {

using base::ErrorCode;
using base::Result;
using flow::must;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int steps = 1'500;
constexpr milliseconds worst_skew = seconds(45);  // more than a lease

// Who hears what, for deliveries that come again.
struct Hearing {
    const char* consumer;
    const char* topic;
};
constexpr std::array hearings{
    Hearing{"witness.sessions", "session.completed"},    Hearing{"transcription.runs", "session.queued"},
    Hearing{"transcription.runs", "session.cancelled"},  Hearing{"analysis.transcripts", "transcription.completed"},
    Hearing{"upload.sessions", "session.cancelled"},     Hearing{"exporting.deletions", "session.deleted"},
    Hearing{"session.uploads", "video.uploaded"},        Hearing{"session.runs", "transcription.completed"},
    Hearing{"transcription.names", "transcript.edited"},
};

std::string text_of(const model::Event& event, std::string_view member) {
    const base::Json* value = event.payload.member(member);
    return value != nullptr && value->text() != nullptr ? *value->text() : "";
}

class World {
  public:
    World(std::uint64_t seed, FakeEngines& engines, Plant plant)
        : chance_(seed),
          file_chance_(seed),
          engines_(engines),
          plant_(plant),
          witness_(plant, [this](const std::string& process) { return danger(process); }),
          platform_(services(), seed, {{"transcription.models", "fake"}, {"transcription.workers", "2"}}, {},
                    machines()),
          clients_(platform_, chance_, outcome_.log) {
        files_.forget_file_syncs = plant == Plant::unsynced_blobs;
        platform_.faults().admit = [this](std::string_view, model::Access) { return perhaps_fail(400); };
        platform_.faults().publish = [this] { return perhaps_fail(60); };
        alive_ = {0};
        start_another();
        if (seed % 2 == 0) remember_voices();
    }

    Outcome run() {
        for (int step = 0; step < steps; ++step) {
            if (step % 40 == 0) clients_.act();
            trouble();
            platform_.step();
        }
        calm();
        check();
        for (const model::Event& event : platform_.events())
            outcome_.log += "event " + event.type + " " + event.id + "\n";
        return std::move(outcome_);
    }

  private:
    std::vector<flow::Service> services() {
        const auto engines = [this](const flow::Platform&) -> Result<transcription::Engines> {
            return engines_.engines([this] { return perhaps_fail(120); });
        };
        return {session::service(),  upload::service(),    transcription::service(engines),
                analysis::service(), exporting::service(), witness_.service()};
    }
    flow::TestMachines machines() {
        return {.files = &files_,
                .skew = [](std::size_t process) { return worst_skew * (static_cast<int>(process % 3) - 1); },
                .store_takes_local_clocks = plant_ == Plant::local_lease_clock};
    }

    // In every other world the tenant wants it.
    void remember_voices() {
        const bool was_calm = std::exchange(calm_, true);
        runtime::Request request{.method = "PUT",
                                 .target = "/v1/voices",
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = R"({"remember":true})"};
        const auto answer = platform_.call("transcription", std::move(request));
        if (answer.status != 200) violation("voices are not remembered: " + answer.body);
        calm_ = was_calm;
    }

    // Once in so many calls.
    bool chance(std::uint64_t of) { return !calm_ && chance_.below(of) == 0; }
    Result<void> perhaps_fail(std::uint64_t of) {
        if (!chance(of)) return {};
        ++outcome_.troubles.faults;
        return base::fail(ErrorCode::unavailable, "the simulation has it so");
    }

    // In the middle of something that a process does.
    Result<void> danger(const std::string& instance_id) {
        const std::size_t process = std::stoul(instance_id.substr(instance_id.find('-') + 1));
        if (chance(4)) platform_.clock().advance(milliseconds(chance_.below(3'000)));
        if (chance(8)) freeze(process);
        if (chance(8)) doomed_.insert(process);
        return perhaps_fail(8);
    }

    void trouble() {
        for (const std::size_t process : std::exchange(doomed_, {}))
            crash(process);
        if (chance(400)) crash(alive_[chance_.below(alive_.size())]);
        if (chance(1200)) cut_power();
        if (chance(300)) freeze(alive_[chance_.below(alive_.size())]);
        if (chance(250)) deliver_again();
        if (chance(100)) platform_.clock().advance(milliseconds(chance_.below(5'000)));
        thaw_those_whose_time_has_come();
    }

    void crash(std::size_t process) {
        const auto found = std::ranges::find(alive_, process);
        if (found == alive_.end()) return;
        ++outcome_.troubles.crashes;
        note("crash", process);
        platform_.crash(process);
        alive_.erase(found);
        frozen_.erase(process);
        start_another();
        thaw(*std::ranges::min_element(alive_));
    }

    // Every process dies, and with them what was not synced.
    void cut_power() {
        ++outcome_.troubles.power_cuts;
        note("power cut", 0);
        for (const std::size_t process : alive_)
            platform_.crash(process);
        files_.crash(file_chance_);
        frozen_.clear();
        alive_.clear();
        start_another();
        start_another();
    }

    // A start that fails is tried again by whoever watches over processes: not worth simulating.
    void start_another() {
        const bool was_calm = std::exchange(calm_, true);
        alive_.push_back(platform_.start_process());
        calm_ = was_calm;
    }

    // The oldest goes on: it takes the requests.
    void freeze(std::size_t process) {
        if (process == *std::ranges::min_element(alive_) || frozen_.contains(process)) return;
        if (std::ranges::find(alive_, process) == alive_.end()) return;
        ++outcome_.troubles.freezes;
        note("freeze", process);
        platform_.freeze(process);
        frozen_[process] = platform_.clock().now() + milliseconds(chance_.below(90'000));
        once_frozen_.insert(process);
    }

    void thaw(std::size_t process) {
        if (frozen_.erase(process) == 0) return;
        note("thaw", process);
        platform_.thaw(process);
    }

    void thaw_those_whose_time_has_come() {
        for (const auto& [process, until] : std::map(frozen_)) {
            if (calm_ || until <= platform_.clock().now()) thaw(process);
        }
    }

    void deliver_again() {
        const Hearing& hearing = hearings[chance_.below(hearings.size())];
        // A group that has not subscribed yet has nothing to hear again.
        if (platform_.platform().bus.seek(hearing.consumer, hearing.topic, bus::Beginning{}))
            ++outcome_.troubles.duplicates;
    }

    // No more trouble, and time for everything to end: retries, leases, erasures.
    void calm() {
        calm_ = true;
        doomed_.clear();
        thaw_those_whose_time_has_come();
        for (int round = 0; round < 3; ++round) {
            platform_.settle(std::chrono::hours(2));
            platform_.clock().advance(seconds(40));
        }
        platform_.settle(std::chrono::hours(2));
    }

    void check() {
        for (const Video& video : clients_.videos())
            check_video(video);
        check_voices();
        check_events();
        check_nothing_waits();
        check_leases();
    }

    void check_video(const Video& video) {
        outcome_.troubles.deleted += video.deleted ? 1 : 0;
        if (video.deleted) return check_deleted(video);
        const auto answer = platform_.get("session", "/v1/sessions/" + video.id);
        const auto json = base::parse_json(answer.body);
        const base::Json* status = json ? json->member("status") : nullptr;
        const std::string* text = status != nullptr ? status->text() : nullptr;
        const std::string state = text != nullptr ? *text : answer.body;
        if (state == "cancelled" && video.may_be_cancelled) {
            ++outcome_.troubles.cancelled;
            return;
        }
        if (state != "completed") return violation(video.id + " is " + state + ": " + answer.body);
        check_text(video);
    }

    void check_text(const Video& video) {
        const auto text = platform_.get("session", "/v1/sessions/" + video.id + "/transcript?format=txt").body;
        // An edit and a run that ends at the same time: the later of them stands.
        const bool good = text == engines_.text_of(video.sentences, video.with_speakers) ||
                          (!video.edited.empty() && text.starts_with(video.edited));
        if (!good) violation(video.id + " says \"" + text + "\"");
    }

    void check_deleted(const Video& video) {
        if (platform_.get("session", "/v1/sessions/" + video.id).status != 404)
            violation(video.id + " was deleted and is there");
        for (const char* table :
             {"transcription_runs", "transcription_speakers", "analysis_analyses", "exporting_exports"}) {
            if (rows_of(table, video.id) > 0) violation(video.id + " was deleted and has rows in " + table);
        }
        const auto blobs = must(platform_.platform().blobs.tenant("acme"));
        for (const char* kind : {"videos/", "transcripts/", "exports/"}) {
            for (const blob::Listed& left : must(blobs->list({.prefix = kind + video.id + "/"})).blobs)
                violation(video.id + " was deleted and left " + left.key);
        }
    }

    // No vector of a voice outlives the run that heard it.
    void check_voices() {
        auto transaction = must(platform_.platform().database.tenant("acme").read());
        const auto row = must(transaction.query_one(
            "select count(*) as n from transcription_segments where tenant_id = :tenant and voices is not null"));
        if (row->integer("n") > 0) violation(std::to_string(row->integer("n")) + " segments have kept their voices");
    }

    std::int64_t rows_of(const std::string& table, const std::string& session_id) {
        auto transaction = must(platform_.platform().database.tenant("acme").read());
        const auto row = must(transaction.query_one(
            "select count(*) as n from " + table + " where tenant_id = :tenant and session_id = :id",
            {{"id", session_id}}));
        return row->integer("n");
    }

    // One of each for a run, and what the witness says.
    void check_events() {
        std::map<std::pair<std::string, std::string>, int> told;
        for (const model::Event& event : platform_.events())
            ++told[{event.type, text_of(event, "run_id")}];
        for (const auto& [what, times] : told) {
            const auto& [type, run_id] = what;
            const bool once = type == "transcription.started" || type == "transcription.completed" ||
                              type == "session.queued" || type == "session.completed" || type == "witness.done";
            if (once && times != 1)
                violation(std::string(type).append(" was told ").append(std::to_string(times)).append(" times of ") +
                          run_id);
            if (type != "session.completed") continue;
            const Counts counts = counts_of(platform_.platform(), run_id);
            if (counts.heard != 1) violation("a handler ran " + std::to_string(counts.heard) + " times for " + run_id);
            if (counts.done != 1) violation("work was done " + std::to_string(counts.done) + " times for " + run_id);
            if (!told.contains({"witness.done", run_id})) violation("nobody told what was done for " + run_id);
        }
    }

    void check_nothing_waits() {
        const flow::Platform& platform = platform_.platform();
        for (const flow::KeptLetter& letter : must(flow::list_dead_letters(platform.bus, 10)))
            violation("a dead letter of " + letter.consumer + ": " + letter.error.message);
        for (const store::WorkCount& open :
             must(store::count_open_work(platform.database.system(store::SystemCaller::metrics))))
            violation(std::to_string(open.count) + " pieces of work wait: " + open.kind);
    }

    // Who lives and never stood still keeps what it holds.
    void check_leases() {
        for (const std::size_t process : alive_) {
            runtime::Metrics& metrics = platform_.platform(process).metrics;
            const double lost =
                metrics.counter({"work_leases_lost_total", "", {"kind"}}).with({"witness.work"}).value();
            if (lost > 0 && !once_frozen_.contains(process))
                violation("process " + std::to_string(process) + " lost a lease that it held");
        }
    }

    void note(const std::string& what, std::size_t process) {
        outcome_.log += what + " " + std::to_string(process) + "\n";
    }
    void violation(std::string what) { outcome_.violations.push_back(std::move(what)); }

    base::SeededRandom chance_;
    std::mt19937_64 file_chance_;
    FakeEngines& engines_;
    Plant plant_;
    Outcome outcome_;
    bool calm_ = false;
    blob::TestFileSystem files_{flow::TestPlatform::blob_folder};
    Witness witness_;
    std::vector<std::size_t> alive_;
    std::set<std::size_t> doomed_;
    std::map<std::size_t, std::chrono::steady_clock::time_point> frozen_;
    std::set<std::size_t> once_frozen_;
    flow::TestPlatform platform_;
    Clients clients_;
};

}  // namespace

Outcome simulate(std::uint64_t seed, FakeEngines& engines, Plant plant) {
    return World(seed, engines, plant).run();
}

}  // namespace simulation
