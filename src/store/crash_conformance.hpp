// The conformance suite of the store, third part: several processes at once, some of them killed (SIGKILL) or stopped
// (SIGSTOP) at moments that a printed seed decides.
#pragma once
#include "model/event.hpp"
#include "store/conformance_fixture.hpp"
#include "store/idempotency.hpp"

namespace store {

using base::ErrorCode;
using namespace std::chrono_literals;

class CrashConformance : public StoreConformance {
  protected:
    void SetUp() override {
        StoreConformance::SetUp();
        std::cout << "seed " << seed << '\n';
    }
    /// Results, events and the counter must tell the same story.
    struct Story {
        std::int64_t results = 0;
        std::int64_t events = 0;
        std::int64_t counter = 0;
    };
    Story story() {
        Story told;
        ReadTransaction transaction = read();
        told.results =
            must(transaction.query_one("select count(*) as n from results where tenant_id = :tenant"))->integer("n");
        told.events =
            must(transaction.query_one("select count(*) as n from outbox where tenant_id = :tenant"))->integer("n");
        const auto counter =
            must(transaction.query_one("select value from counters where tenant_id = :tenant and id = 'all'"));
        told.counter = counter ? counter->integer("value") : 0;
        return told;
    }

    /// Three changes that belong together, and the number of the result that they make.
    static std::int64_t tell_one_more(Transaction& transaction, const std::string& owner) {
        const auto counter = must(transaction.query_one(
            "insert into counters (tenant_id, id, value) values (:tenant, 'all', 1)"
            " on conflict (tenant_id, id) do update set value = counters.value + 1 returning value"));
        const std::int64_t number = counter->integer("value");
        must(transaction.execute("insert into results (tenant_id, id, owner) values (:tenant, :id, :owner)",
                                 {{"id", std::to_string(number)}, {"owner", owner}}));
        must(transaction.emit({.type = "demo.done", .natural_key = std::to_string(number), .partition_key = owner}));
        return number;
    }

    std::uint64_t seed = static_cast<std::uint64_t>(runtime::SystemClock().utc_now().time_since_epoch().count());
    base::SeededRandom chance_{seed};
};

TEST_P(CrashConformance, KilledWritersLeaveWholeTransactionsAndEveryOneTheySaw) {
    std::int64_t last_seen = 0;
    for (int round = 0; round < 15; ++round) {
        runtime::Child writer = child([](Database& database, const runtime::Report& report) {
            while (true) {
                Transaction transaction = must(database.tenant("acme", {.source = "demo"}).write());
                const std::int64_t number = tell_one_more(transaction, "writer");
                must(transaction.commit());
                report(std::to_string(number));
            }
            return true;
        });
        ASSERT_TRUE(writer.hear(chance_.below(30), 10s));
        pass(static_cast<int>(chance_.below(4)));
        ASSERT_EQ(writer.finish(SIGKILL), -SIGKILL);
        if (!writer.lines().empty()) last_seen = std::stoll(writer.lines().back());
        const Story told = story();
        database_.reset();  // before the next fork
        ASSERT_EQ(told.results, told.counter) << "round " << round;
        ASSERT_EQ(told.events, told.counter) << "round " << round;
        ASSERT_GE(told.counter, last_seen) << "what a commit returned for is there; round " << round;
    }
    EXPECT_GT(last_seen, 0);
    must(database().verify());
}

TEST_P(CrashConformance, WritersOfSeveralProcessesDoNotLoseEachOthersChanges) {
    constexpr int processes = 4;
    constexpr int each = 50;
    std::vector<runtime::Child> writers;
    writers.reserve(processes);
    for (int i = 0; i < processes; ++i) {
        writers.push_back(child([](Database& database, const runtime::Report&) {
            for (int k = 0; k < each; ++k) {
                Transaction transaction = must(database.tenant("acme", {.source = "demo"}).write());
                tell_one_more(transaction, "writer");
                must(transaction.commit());
            }
            return true;
        }));
    }
    for (runtime::Child& writer : writers)
        EXPECT_EQ(writer.finish(), 0);
    const Story told = story();
    EXPECT_EQ(told.counter, processes * each);
    EXPECT_EQ(told.results, processes * each);
    EXPECT_EQ(told.events, processes * each);
}

// One worker's life: claim, then commit one result a piece; until there is nothing left.
inline bool work_until_done(Database& database, const std::string& owner, std::chrono::milliseconds lease) {
    const System system = database.system(SystemCaller::claims);
    for (int idle = 0; idle < 200;) {
        const auto claim = must(claim_work(system, {.kind = "segment", .owner = owner, .lease = lease}));
        if (!claim) {
            ++idle;
            pass(2);
            continue;
        }
        idle = 0;
        Transaction transaction = must(database.tenant(claim->tenant_id, {.source = "demo"}).write());
        const auto done = complete_work(transaction, *claim);
        if (!done && done.error().code == ErrorCode::lease_lost) continue;
        must(done);
        must(transaction.execute("insert into results (tenant_id, id, owner) values (:tenant, :id, :owner)",
                                 {{"id", claim->id}, {"owner", owner}}));
        must(transaction.commit());
    }
    return true;
}

inline void add_pieces(Database& database, const std::vector<std::string>& tenants, int each) {
    for (const std::string& tenant : tenants) {
        Transaction transaction = must(database.tenant(tenant).write());
        for (int i = 0; i < each; ++i) {
            must(add_work(transaction, {.kind = "segment", .subject = "s", .most_attempts = 1000}));
        }
        must(transaction.commit());
    }
}

TEST_P(CrashConformance, FourProcessesClaimEachPieceOnce) {
    EXPECT_EQ(child([](Database& database, const runtime::Report&) {
                  add_pieces(database, {"a", "b", "c"}, 60);
                  return true;
              }).finish(),
              0);
    std::vector<runtime::Child> workers;
    workers.reserve(4);
    for (int i = 0; i < 4; ++i) {
        workers.push_back(child([i](Database& database, const runtime::Report&) {
            return work_until_done(database, std::to_string(i), 60s);
        }));
    }
    for (runtime::Child& worker : workers)
        EXPECT_EQ(worker.finish(), 0);
    SystemReadTransaction transaction = must(claims().read());
    const auto row =
        must(transaction.query_one("select count(*) as done, max(attempts) as most, (select count(*) from results) as "
                                   "results from work where state = 'done'"));
    EXPECT_EQ(row->integer("done"), 180);
    EXPECT_EQ(row->integer("results"), 180);
    EXPECT_EQ(row->integer("most"), 1) << "nobody got what another had";
}

TEST_P(CrashConformance, KilledWorkersCostNothingButTheirLeases) {
    EXPECT_EQ(child([](Database& database, const runtime::Report&) {
                  add_pieces(database, {"a", "b"}, 100);
                  return true;
              }).finish(),
              0);
    const auto start = [&](int number) {
        return child([number](Database& database, const runtime::Report&) {
            return work_until_done(database, std::to_string(number), 50ms);
        });
    };
    std::vector<runtime::Child> workers;
    workers.reserve(4);
    for (int i = 0; i < 3; ++i)
        workers.push_back(start(i));
    for (int kill = 0; kill < 12; ++kill) {
        pass(static_cast<int>(chance_.below(25)));
        const std::size_t victim = chance_.below(workers.size());
        workers[victim] = start(100 + kill);  // which kills it
    }
    for (runtime::Child& worker : workers)
        EXPECT_EQ(worker.finish(), 0);
    SystemReadTransaction transaction = must(claims().read());
    const auto row = must(transaction.query_one(
        "select (select count(*) from work where state = 'done') as done, (select count(*) from results) as results"));
    EXPECT_EQ(row->integer("done"), 200);
    EXPECT_EQ(row->integer("results"), 200);
}

TEST_P(CrashConformance, AWorkerStoppedPastItsLeaseWritesNothing) {
    EXPECT_EQ(child([](Database& database, const runtime::Report&) {
                  add_pieces(database, {"a"}, 1);
                  return true;
              }).finish(),
              0);
    runtime::Child sleeper = child([](Database& database, const runtime::Report&) {
        const auto claim = must(
            claim_work(database.system(SystemCaller::claims), {.kind = "segment", .owner = "sleeper", .lease = 20ms}));
        raise(SIGSTOP);
        Transaction transaction = must(database.tenant("a", {.source = "demo"}).write());
        must(transaction.execute("insert into results (tenant_id, id, owner) values (:tenant, 'late', 'sleeper')"));
        const auto done = complete_work(transaction, *claim);
        return !done && done.error().code == ErrorCode::lease_lost && !transaction.commit();
    });
    ASSERT_TRUE(sleeper.wait_until_stopped());
    pass(40);
    runtime::Child other =
        child([](Database& database, const runtime::Report&) { return work_until_done(database, "other", 10s); });
    EXPECT_EQ(other.finish(), 0);
    sleeper.signal(SIGCONT);
    EXPECT_EQ(sleeper.finish(), 0);
    ReadTransaction transaction = read("a");
    const Rows rows = must(transaction.query("select owner from results where tenant_id = :tenant"));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].text("owner"), "other");
}

TEST_P(CrashConformance, ARaceForOneIdempotencyKeyHasOneEffect) {
    constexpr std::int64_t keys = 25;
    std::vector<runtime::Child> clients;
    clients.reserve(4);
    for (int i = 0; i < 4; ++i) {
        clients.push_back(child([i](Database& database, const runtime::Report&) {
            for (std::int64_t key = 0; key < keys; ++key) {
                const std::string text = std::to_string(key);
                const IdempotentCall call{"op", "anna", text, "hash"};
                Transaction transaction = must(database.tenant("acme", {.source = "demo"}).write());
                const auto start = must(begin_idempotent(transaction, call));
                if (start.replay && start.replay->body != "done " + text) return false;
                if (start.replay) continue;
                tell_one_more(transaction, std::to_string(i));
                must(finish_idempotent(transaction, call, start.token, {201, "", "done " + text}));
                must(transaction.commit());
            }
            return true;
        }));
    }
    for (runtime::Child& client : clients)
        EXPECT_EQ(client.finish(), 0);
    EXPECT_EQ(story().results, keys);
}

TEST_P(CrashConformance, ProcessesMigrateTogether) {
    static constexpr std::array more{demo_migrations[0], demo_migrations[1],
                                     Migration{"demo", 3, "create table late (id text not null primary key)"},
                                     Migration{"demo", 4, "insert into late (id) values ('once')"}};
    std::vector<runtime::Child> processes;
    processes.reserve(4);
    for (int i = 0; i < 4; ++i) {
        processes.emplace_back([config = config_](const runtime::Report& report) {
            const runtime::SystemClock clock;
            base::SeededRandom random(1);
            report(std::to_string(must(migrate(config, {clock, random}, more))));
            return 0;
        });
    }
    std::int64_t steps = 0;
    for (runtime::Child& process : processes) {
        EXPECT_EQ(process.finish(), 0);
        ASSERT_EQ(process.lines().size(), 1U);
        steps += std::stoll(process.lines()[0]);
    }
    EXPECT_EQ(steps, 2) << "each step once, by somebody";
}

}  // namespace store
