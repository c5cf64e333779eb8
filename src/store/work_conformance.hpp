// The conformance suite of the store, second part: shared work, fencing, fair share, named leases; on a manual clock.
#pragma once
#include <algorithm>
#include <map>

#include "store/conformance_fixture.hpp"
#include "store/housekeeping.hpp"
#include "store/leases.hpp"

namespace store {

using base::ErrorCode;
using namespace std::chrono_literals;

class WorkConformance : public StoreConformance {
  protected:
    void add(const WorkDraft& draft, std::string_view tenant = "acme") {
        Transaction transaction = write(tenant);
        must(add_work(transaction, draft));
        must(transaction.commit());
    }
    std::optional<Claim> claim(std::string_view owner = "one", std::string_view capability = "") {
        return must(claim_work(claims(), {.kind = "segment", .capability = capability, .owner = owner, .lease = 30s}));
    }
    /// Commits the work with a row of its own, as a service would.
    base::Result<Position> commit(const Claim& claim, const std::string& owner) {
        Transaction transaction = write(claim.tenant_id);
        must(transaction.execute("insert into results (tenant_id, id, owner) values (:tenant, :id, :owner)",
                                 {{"id", claim.id}, {"owner", owner}}));
        if (auto done = complete_work(transaction, claim); !done) {
            EXPECT_FALSE(transaction.commit()) << "a caller that does not look at the error";
            return std::unexpected(done.error());
        }
        return transaction.commit();
    }
    std::vector<std::string> results(std::string_view tenant = "acme") {
        ReadTransaction transaction = read(tenant);
        std::vector<std::string> owners;
        for (const Row& row :
             must(transaction.query("select owner from results where tenant_id = :tenant order by id"))) {
            owners.push_back(row.text("owner"));
        }
        return owners;
    }
    template <class Function>
    auto in_transaction(Function function) {
        Transaction transaction = write();
        auto result = must(function(transaction));
        must(transaction.commit());
        return result;
    }
};

TEST_P(WorkConformance, GoesFromReadyToDone) {
    EXPECT_FALSE(claim());
    add({.id = "w1", .kind = "segment", .subject = "s1", .payload = "{\"n\":1}"});
    add({.id = "w1", .kind = "segment", .subject = "s1", .payload = "{\"n\":2}"});  // the same piece again
    add({.id = "w2", .kind = "other", .subject = "s1"});
    const auto work = claim();
    ASSERT_TRUE(work);
    EXPECT_EQ(work->tenant_id, "acme");
    EXPECT_EQ(work->id, "w1");
    EXPECT_EQ(work->subject, "s1");
    EXPECT_EQ(work->payload, "{\"n\":1}");
    EXPECT_EQ(work->attempt, 1);
    EXPECT_FALSE(claim("two")) << "it is taken";
    EXPECT_TRUE(commit(*work, "one"));
    EXPECT_FALSE(claim("two"));
    Transaction again = write();
    EXPECT_EQ(complete_work(again, *work).error().code, ErrorCode::lease_lost) << "it is done";
    const auto counts = must(count_work(claims()));
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].kind + " " + counts[0].state, "other ready");
    EXPECT_EQ(counts[1].kind + " " + counts[1].state, "segment done");
}

TEST_P(WorkConformance, CarriesOnWhereItCameFrom) {
    add({.id = "w1", .kind = "segment", .subject = "s1"});
    const Claim work = *claim();
    EXPECT_EQ(work.correlation_id, origin_.correlation_id);
    EXPECT_EQ(work.traceparent, origin_.traceparent);
    Transaction fresh = must(database().tenant("acme").write());
    EXPECT_FALSE(fresh.origin().correlation_id.empty());
    const std::string made = fresh.origin().correlation_id;
    must(add_work(fresh, {.id = "w2", .kind = "segment", .subject = "s1"}));
    must(fresh.commit());
    EXPECT_EQ(claim()->correlation_id, made);
}

TEST_P(WorkConformance, MayBeDeclaredDeadBeforeTheLastAttempt) {
    add({.id = "w1", .kind = "segment", .subject = "s1", .most_attempts = 5});
    const Claim work = *claim();
    EXPECT_EQ(
        in_transaction([&](Transaction& transaction) { return fail_work(transaction, work, "broken", 5s, true); }),
        WorkFate::dead);
    EXPECT_EQ(must(dead_work(claims(), "segment", 10)).size(), 1U);
}

TEST_P(WorkConformance, CountsWhatHasNotEnded) {
    for (const char* id : {"w1", "w2", "w3", "w4"})
        add({.id = id, .kind = "segment", .subject = "s1"});
    ASSERT_TRUE(commit(*claim(), "one"));
    const Claim leased = *claim();
    const auto counts = must(count_open_work(claims()));
    ASSERT_EQ(counts.size(), 2U);
    EXPECT_EQ(counts[0].state + std::to_string(counts[0].count), "leased1");
    EXPECT_EQ(counts[1].state + std::to_string(counts[1].count), "ready2");
}

TEST_P(WorkConformance, AStaleHolderWritesNothing) {
    add({.id = "w1", .kind = "segment", .subject = "s1"});
    const Claim asleep = *claim("asleep");
    clock_.advance(30s);
    const Claim awake = *claim("awake");
    EXPECT_GT(awake.token, asleep.token);
    EXPECT_EQ(commit(asleep, "asleep").error().code, ErrorCode::lease_lost);
    Transaction failing = write();
    EXPECT_EQ(fail_work(failing, asleep, "late", 0ms).error().code, ErrorCode::lease_lost);
    Transaction checking = write();
    EXPECT_EQ(check_work(checking, asleep).error().code, ErrorCode::lease_lost);
    EXPECT_EQ(must(heartbeat(claims(), {asleep, awake}, 30s)).size(), 1U) << "it learns that it has lost";
    must(release_work(claims(), {asleep}));
    EXPECT_TRUE(commit(awake, "awake"));
    EXPECT_EQ(results(), std::vector<std::string>{"awake"});
}

TEST_P(WorkConformance, AHeartbeatKeepsTheLease) {
    add({.id = "w1", .kind = "segment", .subject = "s1"});
    const Claim work = *claim();
    for (int i = 0; i < 10; ++i) {
        clock_.advance(20s);
        EXPECT_TRUE(must(heartbeat(claims(), {work}, 30s)).empty());
        EXPECT_FALSE(claim("two"));
    }
    EXPECT_TRUE(commit(work, "one"));
}

TEST_P(WorkConformance, IsTriedAgainLaterAndDiesAfterTheLastAttempt) {
    add({.id = "w1", .kind = "segment", .subject = "s1", .most_attempts = 2});
    const auto fail = [&](const Claim& work) {
        return in_transaction([&](Transaction& transaction) { return fail_work(transaction, work, "broken", 5s); });
    };
    EXPECT_EQ(fail(*claim()), WorkFate::retried);
    EXPECT_FALSE(claim()) << "not before its time";
    clock_.advance(5s);
    const Claim second = *claim();
    EXPECT_EQ(second.attempt, 2);
    EXPECT_EQ(fail(second), WorkFate::dead);
    clock_.advance(24h);
    EXPECT_FALSE(claim());

    const auto dead = must(dead_work(claims(), "segment", 10));
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].work.id, "w1");
    EXPECT_EQ(dead[0].error, "broken");
    const auto bury = [](Transaction& transaction) { return bury_work(transaction, "w1"); };
    EXPECT_TRUE(in_transaction(bury));
    EXPECT_FALSE(in_transaction(bury)) << "once";
    EXPECT_TRUE(must(dead_work(claims(), "segment", 10)).empty());
    const auto revive = [](Transaction& transaction) { return revive_work(transaction, "w1"); };
    EXPECT_TRUE(in_transaction(revive));
    EXPECT_FALSE(in_transaction(revive));
    const Claim third = *claim();
    EXPECT_EQ(third.attempt, 1);
    EXPECT_GT(third.token, second.token);
}

TEST_P(WorkConformance, AnExpiredLeaseCountsAsAnAttempt) {
    add({.id = "w1", .kind = "segment", .subject = "s1", .most_attempts = 2});
    for (const std::int64_t attempt : {1, 2}) {
        EXPECT_EQ(claim()->attempt, attempt);
        clock_.advance(30s);
    }
    EXPECT_EQ(must(reap_work(claims())), 1);
    EXPECT_FALSE(claim()) << "whatever kills its instances is not tried for ever";
    EXPECT_EQ(must(dead_work(claims(), "segment", 10)).front().error, "the lease of one expired");
}

TEST_P(WorkConformance, ReleasedWorkDoesNotCountAsAnAttempt) {
    add({.id = "w1", .kind = "segment", .subject = "s1", .most_attempts = 1});
    must(release_work(claims(), {*claim()}));
    const auto again = claim("two");
    ASSERT_TRUE(again) << "at once";
    EXPECT_EQ(again->attempt, 1);
}

TEST_P(WorkConformance, CancelledWorkIsNobodys) {
    for (const char* id : {"w1", "w2", "w3"})
        add({.id = id, .kind = "segment", .subject = id[1] == '3' ? "s2" : "s1"});
    const Claim held = *claim();
    EXPECT_EQ(in_transaction([](Transaction& transaction) { return cancel_work(transaction, "s1", "other"); }), 0);
    EXPECT_EQ(in_transaction([](Transaction& transaction) { return cancel_work(transaction, "s1"); }), 2);
    EXPECT_EQ(commit(held, "one").error().code, ErrorCode::lease_lost);
    EXPECT_EQ(must(heartbeat(claims(), {held}, 30s)).size(), 1U);
    EXPECT_EQ(claim()->id, "w3");
    clock_.advance(30 * 24h);
    EXPECT_EQ(must(prune(database().system(SystemCaller::sweeper), {}, 10)), 2) << "the cancelled";
}

TEST_P(WorkConformance, OnlyTheCapableGetIt) {
    add({.id = "w1", .kind = "segment", .subject = "s1", .requirement = "engine-2"});
    EXPECT_FALSE(claim("one"));
    EXPECT_FALSE(claim("one", "engine-1"));
    EXPECT_EQ(claim("two", "engine-2")->id, "w1");
}

TEST_P(WorkConformance, PriorityThenAgeDecideWithinATenant) {
    const std::pair<const char*, int> pieces[] = {{"old", 0}, {"urgent", 5}, {"new", 0}, {"later urgent", 5}};
    for (const auto& [id, priority] : pieces) {
        add({.id = id, .kind = "segment", .subject = "s", .priority = priority});
        clock_.advance(1ms);
    }
    add({.id = "delayed", .kind = "segment", .subject = "s", .priority = 9, .delay = 60s});
    for (const char* expected : {"urgent", "later urgent", "old", "new"})
        EXPECT_EQ(claim()->id, expected);
}

TEST_P(WorkConformance, TenantsShareFairlyWhateverTheirQueues) {
    for (int i = 0; i < 50; ++i)
        add({.kind = "segment", .subject = "s", .priority = 100}, "big");
    add({.kind = "segment", .subject = "s"}, "small");
    add({.kind = "segment", .subject = "s"}, "tiny");
    EXPECT_EQ(claim()->tenant_id, "big") << "nobody has any, so priority decides";
    EXPECT_EQ(claim()->tenant_id, "small");
    EXPECT_EQ(claim()->tenant_id, "tiny");
    EXPECT_EQ(claim()->tenant_id, "big");
}

// The share of each of several busy tenants never differs by more than one lease.
TEST_P(WorkConformance, LeasesStayLevelWhileTenantsHaveWork) {
    constexpr std::uint64_t seed = 99;
    base::SeededRandom random(seed);
    constexpr std::int64_t tenants = 5;
    for (std::int64_t i = 0; i < 100; ++i)
        add({.kind = "segment", .subject = "s", .priority = static_cast<std::int64_t>(random.below(3))},
            "t" + std::to_string(i % tenants));
    std::map<std::string, int> leased;
    std::vector<Claim> held;
    for (int i = 0; i < 60; ++i) {
        held.push_back(*claim());
        ++leased[held.back().tenant_id];
        const auto [least, most] =
            std::ranges::minmax_element(leased, {}, [](const auto& pair) { return pair.second; });
        if (leased.size() == tenants) {
            ASSERT_LE(most->second - least->second, 1) << "seed " << seed << ", claim " << i;
        }
        if (random.below(3) != 0) continue;
        const std::size_t done = random.below(held.size());
        if (leased[held[done].tenant_id] < most->second) continue;  // only what keeps them level
        must(commit(held[done], "one"));
        --leased[held[done].tenant_id];
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(done));
    }
}

TEST_P(WorkConformance, ANamedLeaseHasOneHolder) {
    const System leases = database().system(SystemCaller::leases);
    const auto first = must(acquire_lease(leases, "relay", "one", 10s));
    ASSERT_TRUE(first);
    EXPECT_FALSE(must(acquire_lease(leases, "relay", "two", 10s)));
    EXPECT_TRUE(must(acquire_lease(leases, "sweeper", "two", 10s)));
    clock_.advance(9s);
    EXPECT_TRUE(must(renew_lease(leases, *first, 10s)));
    clock_.advance(9s);
    EXPECT_FALSE(must(acquire_lease(leases, "relay", "two", 10s)));
    clock_.advance(1s);
    const auto second = must(acquire_lease(leases, "relay", "two", 10s));
    ASSERT_TRUE(second);
    EXPECT_GT(second->token, first->token);
    EXPECT_FALSE(must(renew_lease(leases, *first, 10s)));

    SystemTransaction stale = must(leases.write());
    EXPECT_EQ(check_lease(stale, *first).error().code, ErrorCode::lease_lost);
    EXPECT_FALSE(stale.commit());
    {
        SystemTransaction good = must(leases.write());
        EXPECT_TRUE(check_lease(good, *second));
    }
    must(release_lease(leases, *first));
    EXPECT_TRUE(must(renew_lease(leases, *second, 10s))) << "the lost lease's release changed nothing";
    must(release_lease(leases, *second));
    EXPECT_TRUE(must(acquire_lease(leases, "relay", "three", 10s))) << "at once";
}

TEST_P(WorkConformance, ARestartedHolderGetsItsNamedLeaseBackWithANewToken) {
    const System leases = database().system(SystemCaller::leases);
    const auto before = must(acquire_lease(leases, "relay", "one", 10s));
    const auto after = must(acquire_lease(leases, "relay", "one", 10s));
    ASSERT_TRUE(after);
    EXPECT_GT(after->token, before->token);
    EXPECT_FALSE(must(renew_lease(leases, *before, 10s)));
}

}  // namespace store
