// What every adapter of the bus port must do, as tests. An adapter includes this in one _test.cpp and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, BusConformance, testing::Values(BusCase{"sqlite", make_bus}), case_name);
//
// Its second half, with several processes, is bus_processes_conformance.hpp.
#pragma once
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/fakes.hpp"
#include "bus/conformance_fixture.hpp"

namespace bus {

class BusConformance : public testing::TestWithParam<BusCase> {
  protected:
    using Topics = std::vector<std::string>;

    std::unique_ptr<BusUnderTest> under_test_ = GetParam().make();
    runtime::SharedClock clock_;
    const std::uint64_t seed_ = runtime::test_seed(testing::UnitTest::GetInstance()->current_test_info()->name());
    base::SeededRandom random_{seed_};
    ManualExecutor executor_{clock_};
    Settings settings_;
    std::unique_ptr<Bus> bus_ = open();

    std::unique_ptr<Bus> open() { return under_test_->open(settings_, {clock_, random_, executor_}); }
    void reopen(const Settings& settings) {
        settings_ = settings;
        bus_.reset();
        bus_ = open();
    }
    void pass(std::chrono::milliseconds time) { under_test_->pass(clock_, time); }

    void publish(const std::string& id, const std::string& key, const std::string& value = "v",
                 const std::string& topic = "t") {
        const std::vector<Message> messages{{id, topic, key, value}};
        const auto published = bus_->publish(messages);
        ASSERT_TRUE(published) << published.error().message;
        ASSERT_EQ(*published, 1U);
    }
    void publish_many(int count, const std::string& prefix = "") {
        std::vector<Message> messages;
        for (int at = 0; at < count; ++at)
            messages.push_back({prefix + std::to_string(at), "t", "k" + std::to_string(at % 13), "v"});
        ASSERT_EQ(bus_->publish(messages).value(), static_cast<std::size_t>(count));
    }
    std::unique_ptr<Consumer> subscribe(const std::string& group = "g", Start start = Start::earliest) {
        return bus_->subscribe(group, Topics{"t"}, start).value();
    }
    static std::vector<Record> poll(Consumer& consumer, const PollLimits& limits = {}) {
        auto batch = consumer.poll(limits);
        EXPECT_TRUE(batch) << batch.error().message;
        return batch ? std::move(batch->records) : std::vector<Record>();
    }
    static std::vector<std::string> ids(const std::vector<Record>& records) {
        std::vector<std::string> ids;
        for (const Record& record : records)
            ids.push_back(record.id);
        std::ranges::sort(ids);
        return ids;
    }
    static base::ErrorCode code_of(const auto& result) {
        return result ? base::ErrorCode::internal : result.error().code;
    }
    std::int64_t lag(const std::string& group) {
        std::int64_t records = 0;
        const auto partitions = bus_->lag(group).value();
        for (const PartitionLag& partition : partitions)
            records += partition.records();
        return records;
    }
};

using base::ErrorCode;
using Ids = std::vector<std::string>;

TEST_P(BusConformance, DeliversWhatWasPublished) {
    const std::string every_byte("\0\xff\n{}", 5);
    const std::vector<Message> messages{{"id-1", "video.uploaded", "session-1", every_byte}, {"id-2", "other", "", ""}};
    ASSERT_EQ(bus_->publish(messages).value(), 2U);
    const auto consumer = bus_->subscribe("g", Topics{"other", "video.uploaded"}).value();
    const auto records = poll(*consumer);
    ASSERT_EQ(ids(records), (Ids{"id-1", "id-2"}));
    const Record& record = records[records[0].id == "id-1" ? 0 : 1];
    EXPECT_EQ(record.topic, "video.uploaded");
    EXPECT_EQ(record.key, "session-1");
    EXPECT_EQ(record.value, every_byte);
    EXPECT_EQ(record.offset, 0);
    EXPECT_LT(record.partition, settings_.partitions);
    EXPECT_EQ(record.published, clock_.utc_now());
    EXPECT_TRUE(poll(*consumer).empty());
    EXPECT_EQ(bus_->publish({}).value(), 0U);
    EXPECT_TRUE(bus_->check());
}

TEST_P(BusConformance, KeepsTheOrderOfAKey) {
    std::map<std::string, int> next;
    std::mt19937_64 chance(seed_);
    for (int at = 0; at < 40; ++at) {
        std::vector<Message> messages;
        for (int of = 0; of < 10; ++of) {
            const std::string key = "k" + std::to_string(chance() % 9);
            messages.push_back({key + "-" + std::to_string(next[key]), "t", key, std::to_string(next[key])});
            ++next[key];
        }
        ASSERT_TRUE(bus_->publish(messages));
    }
    const auto consumer = subscribe();
    std::map<std::string, int> seen;
    std::map<std::string, std::uint32_t> partition;
    std::map<std::uint32_t, std::int64_t> offset;
    for (auto records = poll(*consumer, {7, 1000}); !records.empty(); records = poll(*consumer, {7, 1000})) {
        for (const Record& record : records) {
            EXPECT_EQ(record.value, std::to_string(seen[record.key]++)) << record.key;
            EXPECT_EQ(partition.try_emplace(record.key, record.partition).first->second, record.partition);
            EXPECT_EQ(record.offset, offset[record.partition]++);
        }
    }
    EXPECT_EQ(seen, next);
    EXPECT_GT(offset.size(), 1U) << "several partitions are used";
}

TEST_P(BusConformance, DropsASecondPublication) {
    publish("a", "k", "first");
    EXPECT_EQ(bus_->publish(std::vector<Message>{{"a", "t", "k", "again"}, {"b", "t", "k", "x"}, {"b", "t", "k", "y"}})
                  .value(),
              1U);
    EXPECT_EQ(bus_->publish(std::vector<Message>{{"a", "t", "another key", "again"}}).value(), 0U);
    EXPECT_EQ(bus_->publish(std::vector<Message>{{"a", "dead", "k", "first"}}).value(), 1U) << "another topic";
    const auto consumer = subscribe();
    const auto records = poll(*consumer);
    ASSERT_EQ(ids(records), (Ids{"a", "b"}));
    EXPECT_EQ(records[0].value, "first");
    EXPECT_EQ(records[1].offset, 1) << "a dropped message takes no offset";
}

TEST_P(BusConformance, RefusesAllOrTakesAll) {
    const std::vector<Message> messages{{"a", "t", "k", "v"}, {"", "t", "k", "v"}};
    EXPECT_EQ(code_of(bus_->publish(messages)), ErrorCode::invalid_argument);
    const auto consumer = subscribe();
    EXPECT_TRUE(poll(*consumer).empty());
}

TEST_P(BusConformance, RefusesWhatIsOutOfBounds) {
    const auto refused = [&](const Message& message) {
        return code_of(bus_->publish(std::vector<Message>{message})) == ErrorCode::invalid_argument;
    };
    for (const auto& topic : {std::string(), std::string("a b"), std::string("A"), std::string(129, 'a')}) {
        EXPECT_TRUE(refused({"a", topic, "k", "v"})) << topic;
        EXPECT_EQ(code_of(bus_->subscribe("g", Topics{topic})), ErrorCode::invalid_argument);
        EXPECT_EQ(code_of(bus_->subscribe(topic, Topics{"t"})), ErrorCode::invalid_argument);
        EXPECT_EQ(code_of(bus_->seek("g", topic, Beginning())), ErrorCode::invalid_argument);
    }
    EXPECT_TRUE(refused({std::string(129, 'a'), "t", "k", "v"}));
    EXPECT_TRUE(refused({"a", "t", std::string(513, 'k'), "v"}));
    EXPECT_TRUE(refused({"a", "t", "k", std::string((1U << 20U) + 1, 'v')}));
    EXPECT_FALSE(refused({std::string(128, 'a'), "t", std::string(512, 'k'), std::string(1U << 20U, 'v')}));
    EXPECT_EQ(code_of(bus_->subscribe("g", Topics{})), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(subscribe()->poll({0, 1})), ErrorCode::invalid_argument);
}

TEST_P(BusConformance, GivesEveryGroupEverything) {
    publish("a", "k");
    const auto early = subscribe("early");
    const auto late = subscribe("late", Start::latest);
    EXPECT_EQ(ids(poll(*early)), Ids{"a"});
    EXPECT_TRUE(poll(*late).empty());
    publish("b", "k");
    EXPECT_EQ(ids(poll(*early)), Ids{"b"});
    EXPECT_EQ(ids(poll(*late)), Ids{"b"});
}

TEST_P(BusConformance, WhatWasNotCommittedComesAgain) {
    for (const char* id : {"a", "b", "c"})
        publish(id, "k");
    {
        const auto consumer = subscribe();
        const auto records = poll(*consumer);
        ASSERT_EQ(records.size(), 3U);
        ASSERT_TRUE(consumer->commit(std::span(records).first(1)));
        EXPECT_TRUE(poll(*consumer).empty()) << "it has them in its hands";
        consumer->rewind();
        EXPECT_EQ(ids(poll(*consumer)), (Ids{"b", "c"}));
        ASSERT_TRUE(consumer->commit(std::span(records).first(2)));
        ASSERT_TRUE(consumer->commit(std::span(records).first(1))) << "an old commit takes nothing back";
        consumer->rewind();
        EXPECT_EQ(ids(poll(*consumer)), Ids{"c"});
    }
    const auto successor = subscribe();
    const auto rest = poll(*successor);
    EXPECT_EQ(ids(rest), Ids{"c"});
    ASSERT_TRUE(successor->commit(rest));
    successor->rewind();
    EXPECT_TRUE(poll(*successor).empty());
}

TEST_P(BusConformance, KeepsTheLimitsOfAPoll) {
    for (int at = 0; at < 20; ++at)
        publish(std::to_string(at), "k" + std::to_string(at), std::string(1000, 'x'));
    publish("large", "large", std::string(50'000, 'x'));
    const auto consumer = subscribe();
    std::size_t found = 0;
    while (true) {
        const auto records = poll(*consumer, {5, 3500});
        if (records.empty()) break;
        EXPECT_LE(records.size(), 5U);
        std::size_t bytes = 0;
        for (const Record& record : records)
            bytes += record.value.size();
        EXPECT_TRUE(bytes <= 3500 || records.size() == 1) << bytes;
        found += records.size();
    }
    EXPECT_EQ(found, 21U);
}

TEST_P(BusConformance, SharesThePartitionsOfAGroup) {
    const auto first = subscribe();
    EXPECT_TRUE(poll(*first).empty());
    const auto second = subscribe();
    for (int turn = 0; turn < 3; ++turn) {
        EXPECT_TRUE(poll(*second).empty());
        EXPECT_TRUE(poll(*first).empty());
        pass(settings_.lease / 3);
    }
    publish_many(200);
    std::map<std::string, int> owner;
    std::size_t found = 0;
    for (const auto& [number, consumer] : {std::pair(1, first.get()), std::pair(2, second.get())}) {
        const auto records = poll(*consumer);
        EXPECT_GT(records.size(), 0U) << number;
        found += records.size();
        for (const Record& record : records)
            EXPECT_EQ(owner.try_emplace(record.key, number).first->second, number) << record.key;
    }
    EXPECT_EQ(found, 200U);
}

TEST_P(BusConformance, APartitionInSomebodysHandsIsNotGivenAway) {
    publish_many(100);
    const auto first = subscribe();
    const auto records = poll(*first);
    ASSERT_EQ(records.size(), 100U);
    const auto second = subscribe();
    for (int turn = 0; turn < 4; ++turn) {
        pass(settings_.lease / 3);
        EXPECT_TRUE(poll(*first).empty());
        EXPECT_TRUE(poll(*second).empty()) << "the first works on them and keeps its lease";
    }
    ASSERT_TRUE(first->commit(records));
    publish_many(100, "more-");
    pass(settings_.lease / 3);
    const auto mine = poll(*first);
    pass(settings_.lease / 3);
    const auto theirs = poll(*second);
    EXPECT_EQ(mine.size() + theirs.size(), 100U);
    EXPECT_GT(theirs.size(), 0U);
}

TEST_P(BusConformance, ALeaseThatEndsPassesOn) {
    publish_many(50);
    const auto sleeper = subscribe();
    const auto records = poll(*sleeper);
    ASSERT_EQ(records.size(), 50U);
    pass(settings_.lease - std::chrono::milliseconds(1));
    const auto successor = subscribe();
    EXPECT_TRUE(poll(*successor).empty()) << "not before its time";
    pass(settings_.lease / 3 + std::chrono::milliseconds(1));
    const auto again = poll(*successor);
    EXPECT_EQ(ids(again), ids(records)) << "all of it comes again";
    EXPECT_EQ(code_of(sleeper->commit(records)), ErrorCode::bus_claim_lost);
    ASSERT_TRUE(successor->commit(again));
    EXPECT_EQ(lag("g"), 0);
    EXPECT_TRUE(poll(*sleeper).empty());
    publish("after", "k");
    EXPECT_EQ(poll(*successor).size() + poll(*sleeper).size(), 1U);
}

TEST_P(BusConformance, GoesOnWhereItIsTold) {
    publish("a", "k");
    pass(std::chrono::seconds(1));
    const Time between = clock_.utc_now();
    publish("b", "k");
    pass(std::chrono::seconds(1));
    publish("c", "k");
    const auto consumer = subscribe();
    const auto first = poll(*consumer);
    ASSERT_EQ(first.size(), 3U);

    const auto ids_after = [&](const SeekTarget& target) {
        EXPECT_TRUE(bus_->seek("g", "t", target));
        pass(settings_.lease);
        auto records = poll(*consumer);
        return ids(records);
    };
    EXPECT_EQ(ids_after(between), (Ids{"b", "c"}));
    EXPECT_EQ(code_of(consumer->commit(std::span(first).first(1))), ErrorCode::internal)
        << "held anew: an old record is done already";
    EXPECT_EQ(ids_after(Beginning()), (Ids{"a", "b", "c"}));
    EXPECT_EQ(ids_after(between + std::chrono::milliseconds(1)), Ids{"c"});
    EXPECT_EQ(ids_after(clock_.utc_now() + std::chrono::hours(1)), Ids{});
    EXPECT_EQ(ids_after(End()), Ids{});
    ASSERT_TRUE(bus_->seek("g", "t", Beginning()));
    EXPECT_EQ(code_of(consumer->commit(first)), ErrorCode::bus_claim_lost) << "a commit cannot undo a seek";
    EXPECT_EQ(lag("g"), 3);
    ASSERT_TRUE(bus_->seek("new", "t", between)) << "a group that nobody knows yet";
    EXPECT_EQ(ids(poll(*subscribe("new"))), (Ids{"b", "c"}));
}

TEST_P(BusConformance, TellsHowFarAGroupIsBehind) {
    EXPECT_TRUE(bus_->lag("g")->empty());
    publish_many(30);
    const auto consumer = subscribe();
    const auto records = poll(*consumer, {12, 1000});
    EXPECT_EQ(lag("g"), 30) << "polled is not done";
    ASSERT_TRUE(consumer->commit(records));
    EXPECT_EQ(lag("g"), 18);
    const auto partitions = bus_->lag("g").value();
    ASSERT_EQ(partitions.size(), settings_.partitions);
    for (std::uint32_t number = 0; number < settings_.partitions; ++number) {
        EXPECT_EQ(partitions[number].topic, "t");
        EXPECT_EQ(partitions[number].partition, number);
    }
}

TEST_P(BusConformance, ForgetsAfterItsAge) {
    reopen({.retention = {.age = std::chrono::hours(1)}});
    publish_many(100);
    const auto consumer = subscribe();
    ASSERT_EQ(poll(*consumer, {10, 1000}).size(), 10U);
    pass(std::chrono::hours(1));
    publish("young", "k0");
    EXPECT_EQ(bus_->retain().value(), 0U) << "not before its time";
    pass(std::chrono::milliseconds(1));
    EXPECT_EQ(bus_->retain().value(), 100U);
    EXPECT_EQ(bus_->retain().value(), 0U);
    const auto successor = subscribe("other");
    EXPECT_EQ(ids(poll(*successor)), Ids{"young"});
    publish("0", "k0");
    EXPECT_EQ(ids(poll(*successor)), Ids{"0"}) << "an id is free again";

    pass(settings_.lease);
    consumer->rewind();
    const Batch batch = consumer->poll().value();
    EXPECT_EQ(batch.skipped_records, 100U) << "told, not swallowed";
    EXPECT_EQ(ids(batch.records), (Ids{"0", "young"}));
    ASSERT_TRUE(consumer->commit(batch.records));
    EXPECT_EQ(consumer->poll()->skipped_records, 0U);
}

TEST_P(BusConformance, ForgetsTheOldestBeyondItsBytes) {
    reopen({.partitions = 1, .retention = {.partition_bytes = 10'050}});
    for (int at = 100; at < 120; ++at)
        publish(std::to_string(at), "k", std::string(996, 'x'));
    while (bus_->retain().value() > 0) {
    }
    const auto kept = poll(*subscribe());
    ASSERT_EQ(kept.size(), 10U);
    EXPECT_EQ(kept.front().id, "110");
    EXPECT_EQ(kept.front().offset, 10);
}

TEST_P(BusConformance, TimesNeverGoBack) {
    publish("a", "k");
    clock_.advance(-std::chrono::hours(1));
    publish("b", "k");
    const auto records = poll(*subscribe());
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[1].published, records[0].published);
}

TEST_P(BusConformance, WakesAtOnceWhoWaitsInTheSameProcess) {
    const auto consumer = subscribe();
    int woken = 0;
    EXPECT_TRUE(poll(*consumer).empty());
    consumer->wake([&] { woken += 100; });
    consumer->wake([&] { ++woken; });
    executor_.run();
    EXPECT_EQ(woken, 0) << "nothing has come";
    publish("a", "k");
    executor_.run();
    EXPECT_EQ(woken, 1) << "the second task, once";
    publish("b", "k");
    executor_.run();
    EXPECT_EQ(woken, 1) << "only when it waits";

    ASSERT_EQ(poll(*consumer).size(), 2U);
    consumer->wake([&] { ++woken; });
    pass(std::chrono::milliseconds(100));
    executor_.run();
    EXPECT_EQ(woken, 2) << "there may be more, after a poll that found some";
    EXPECT_TRUE(poll(*consumer).empty());
    publish("c", "k");
    consumer->wake([&] { ++woken; });
    executor_.run();
    EXPECT_EQ(woken, 3) << "what came between the poll and the waiting is not missed";
}

TEST_P(BusConformance, WakesInTimeWhoWaitsElsewhere) {
    const auto other = open();
    const auto consumer = other->subscribe("g", Topics{"t"}).value();
    const auto wait_once = [&] {
        int woken = 0;
        EXPECT_TRUE(poll(*consumer).empty());
        consumer->wake([&] { ++woken; });
        for (int turn = 0; turn < 3; ++turn) {
            pass(std::chrono::milliseconds(100));
            executor_.run();
        }
        return woken;
    };
    (void)wait_once();
    EXPECT_EQ(wait_once(), 0);
    int woken = 0;
    EXPECT_TRUE(poll(*consumer).empty());
    consumer->wake([&] { ++woken; });
    publish("a", "k");
    pass(std::chrono::milliseconds(100));
    executor_.run();
    EXPECT_EQ(woken, 1);
    const auto records = poll(*consumer);
    ASSERT_TRUE(consumer->commit(records));
    EXPECT_TRUE(poll(*consumer).empty());
    consumer->wake([&] { ++woken; });
    pass(settings_.lease);
    executor_.run();
    EXPECT_EQ(woken, 2) << "its lease wants renewing";
}

TEST_P(BusConformance, NobodyIsWokenAfterTheEnd) {
    auto consumer = subscribe();
    EXPECT_TRUE(poll(*consumer).empty());
    consumer->wake([] { FAIL() << "it is gone"; });
    consumer.reset();
    publish("a", "k");
    bus_.reset();
    pass(std::chrono::hours(1));
    executor_.run();
    EXPECT_TRUE(executor_.idle());
}

}  // namespace bus
