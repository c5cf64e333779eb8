// What every adapter of the bus port must do when processes share it and are killed or stopped at any moment. The
// children are forked, so that it needs real files or a real server. Instantiated like bus_conformance.hpp, as
// BusProcessesConformance.
#pragma once
#include <csignal>

#include "bus/bus_conformance.hpp"

namespace bus {

class BusProcessesConformance : public BusConformance {
  protected:
    static constexpr int keys = 6;

    static void add(std::set<std::string>& all, const std::vector<std::string>& lines) {
        all.insert(lines.begin(), lines.end());
    }

    // Publishes for ever; a line for each promise.
    int publish_for_ever(const std::string& name, std::uint64_t seed, const runtime::Report& report) {
        base::SeededRandom random(seed);
        ManualExecutor executor(clock_);
        const auto bus = under_test_->open(settings_, {clock_, random, executor});
        for (int at = 0;; ++at) {
            std::vector<Message> messages;
            for (std::uint64_t of = 0; of <= random.below(4); ++of) {
                const std::string id = name + "-" + std::to_string(at) + "-" + std::to_string(of);
                messages.push_back({id, "t", name + std::to_string(random.below(keys)), std::to_string(at)});
            }
            if (!bus->publish(messages) || !bus->publish(messages)) return 1;  // every one twice, as a relay may
            for (const Message& message : messages)
                report(message.id);
        }
    }

    // Reads and commits for ever; a line for each record, before it is committed.
    int consume_for_ever(std::uint64_t seed, const runtime::Report& report) {
        base::SeededRandom random(seed);
        ManualExecutor executor(clock_);
        const auto bus = under_test_->open(settings_, {clock_, random, executor});
        const auto consumer = bus->subscribe("g", Topics{"t"}).value();
        while (true) {
            const auto batch = consumer->poll({1 + random.below(20), 1U << 20U});
            if (!batch) return 1;
            for (const Record& record : batch->records)
                report(record.id);
            const auto done = consumer->commit(batch->records);
            if (!done && done.error().code != ErrorCode::bus_claim_lost) return 2;
        }
    }
};

TEST_P(BusProcessesConformance, NothingIsLostOrDoubledWhenProcessesAreKilled) {
    std::mt19937_64 chance(seed_);
    std::set<std::string> promised;
    std::set<std::string> delivered;
    constexpr std::size_t enough = 100;  // on a slow machine it takes more rounds
    bus_.reset();
    for (int round = 0; round < 10 || (promised.size() <= enough && round < 200); ++round) {
        std::vector<runtime::Child> publishers;
        std::vector<runtime::Child> consumers;
        for (int number = 0; number < 2; ++number) {
            const std::string name = std::string(1, static_cast<char>('a' + number)) + std::to_string(round);
            const std::uint64_t seeds[] = {chance(), chance()};
            publishers.emplace_back(
                [&](const runtime::Report& report) { return publish_for_ever(name, seeds[0], report); });
            consumers.emplace_back([&](const runtime::Report& report) { return consume_for_ever(seeds[1], report); });
        }
        for (int turn = 0; turn < 4; ++turn) {
            for (auto* children : {&publishers, &consumers}) {
                for (runtime::Child& child : *children) {
                    ASSERT_TRUE(child.read_for(std::chrono::microseconds(chance() % 10'000)))
                        << "a child ended by itself";
                }
            }
            clock_.advance(std::chrono::milliseconds(chance() % 2000));
        }
        for (auto* children : {&consumers, &publishers}) {
            for (runtime::Child& child : *children)
                ASSERT_EQ(child.finish(SIGKILL), -SIGKILL);
        }
        for (const runtime::Child& child : publishers)
            add(promised, child.lines());
        for (const runtime::Child& child : consumers)
            add(delivered, child.lines());
    }
    bus_ = open();
    pass(settings_.lease);
    const auto last = subscribe();
    for (auto records = poll(*last); !records.empty(); records = poll(*last)) {
        for (const Record& record : records)
            delivered.insert(record.id);
    }
    const auto witness = subscribe("witness");
    std::set<std::string> there;
    std::map<std::string, int> latest;
    for (auto records = poll(*witness); !records.empty(); records = poll(*witness)) {
        for (const Record& record : records) {
            EXPECT_TRUE(there.insert(record.id).second) << record.id << " is there twice";
            int& before = latest[record.key];
            EXPECT_LE(before, std::stoi(record.value)) << record.key;
            before = std::stoi(record.value);
        }
    }
    EXPECT_GT(promised.size(), enough);
    EXPECT_TRUE(std::ranges::includes(there, promised)) << "a promise was broken";
    EXPECT_EQ(delivered, there) << "the group has seen everything";
}

TEST_P(BusProcessesConformance, WhoSleepsPastItsLeaseCannotCommit) {
    publish_many(40);
    bus_.reset();
    runtime::Child sleeper([&](const runtime::Report& report) {
        base::SeededRandom random(seed_ + 1);
        const auto bus = under_test_->open(settings_, {clock_, random, executor_});
        const auto consumer = bus->subscribe("g", Topics{"t"}).value();
        const auto batch = consumer->poll().value();
        report(std::to_string(batch.records.size()));
        raise(SIGSTOP);
        const auto done = consumer->commit(batch.records);
        report(done ? "committed" : std::string(base::code_name(done.error().code)));
        return 0;
    });
    ASSERT_TRUE(sleeper.wait_until_stopped());
    bus_ = open();
    pass(settings_.lease);
    const auto successor = subscribe();
    const auto records = poll(*successor);
    EXPECT_EQ(records.size(), 40U);
    sleeper.signal(SIGCONT);
    ASSERT_EQ(sleeper.finish(), 0);
    EXPECT_EQ(sleeper.lines(), (std::vector<std::string>{"40", "bus_claim_lost"}));
    ASSERT_TRUE(successor->commit(records));
    EXPECT_EQ(lag("g"), 0);
}

}  // namespace bus
