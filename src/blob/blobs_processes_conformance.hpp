// What every adapter of the blob port must do when processes share it and are killed or stopped at any moment. The
// children are forked, so that it needs real files or a real server. Instantiated like blobs_conformance.hpp, as
// BlobsProcessesConformance.
#pragma once
#include <csignal>

#include "blob/blobs_conformance.hpp"

namespace blob {

class BlobsProcessesConformance : public BlobsConformance {};

TEST_P(BlobsProcessesConformance, OneOfManyProcessesGetsAKey) {
    constexpr int racers = 4;
    std::vector<runtime::Child> children;
    for (int racer = 0; racer < racers; ++racer) {
        children.emplace_back([&, racer](const runtime::Report& report) {
            base::SeededRandom random(seed_ + static_cast<std::uint64_t>(racer));
            const auto blobs = open_as(random);
            const auto tenant = blobs->tenant("acme").value();
            for (int key = 0; key < 25; ++key) {
                const std::string text = std::to_string(racer) + std::string(2000, 'x');
                if (tenant->put("race/" + std::to_string(key), {}, bytes_of(text))) report(std::to_string(key));
                if (!tenant->put("own/" + std::to_string(racer) + "/" + std::to_string(key), {}, bytes_of("own")))
                    return 1;
            }
            return 0;
        });
    }
    std::map<std::string, int> winner;
    for (int racer = 0; racer < racers; ++racer) {
        auto& child = children[static_cast<std::size_t>(racer)];
        ASSERT_EQ(child.finish(), 0);
        for (const std::string& key : child.lines())
            EXPECT_TRUE(winner.emplace(key, racer).second) << "two got " << key;
    }
    ASSERT_EQ(winner.size(), 25U);
    for (const auto& [key, racer] : winner) {
        EXPECT_EQ(read(*tenant_, "race/" + key, 9999).value().substr(0, 1), std::to_string(racer));
    }
    EXPECT_EQ(tenant_->list({"own/", Time::max(), "", 1000})->blobs.size(), 25U * racers);
}

TEST_P(BlobsProcessesConformance, NothingIsLostOrHalfThereWhenProcessesAreKilled) {
    const auto write_for_ever = [&](const std::string& name, std::uint64_t seed, const runtime::Report& report) {
        base::SeededRandom random(seed);
        std::mt19937_64 chance(seed);
        const auto blobs = open_as(random);
        const auto tenant = blobs->tenant("acme").value();
        for (int number = 0;; ++number) {
            const bool in_parts = chance() % 4 == 0;
            const std::size_t size = in_parts ? part_bytes + chance() % mib : chance() % 20'000;
            const std::string key = name + "/" + std::to_string(number) + "/" + std::to_string(size);
            const std::string content = content_of(key, size);
            const auto written =
                in_parts ? write(*tenant, key, {}, source_of(content)) : tenant->put(key, {}, bytes_of(content));
            if (!written) return 1;
            if (chance() % 5 != 0) {
                report(key);
            } else if (!tenant->remove(key)) {
                return 1;
            }
        }
    };
    std::size_t survivors = 0;
    constexpr std::size_t enough = 10;  // on a slow machine it takes more rounds
    for (int round = 0; round < 12 || (survivors <= enough && round < 200); ++round) {
        std::vector<runtime::Child> children;
        for (const char* name : {"a", "b"}) {
            const std::string whole = std::to_string(round) + name;
            const std::uint64_t seed = chance_();
            children.emplace_back([=](const runtime::Report& report) { return write_for_ever(whole, seed, report); });
        }
        ASSERT_TRUE(children[0].read_for(std::chrono::microseconds(chance_() % 150'000)));
        for (runtime::Child& child : children)
            ASSERT_EQ(child.finish(SIGKILL), -SIGKILL);

        std::set<std::string> visible;
        const Page page = tenant_->list({std::to_string(round), Time::max(), "", 100'000}).value();
        for (const Listed& listed : page.blobs) {
            const std::string size = listed.key.substr(listed.key.rfind('/') + 1);
            expect_whole(*tenant_, listed.key, std::stoul(size));
            visible.insert(listed.key);
        }
        for (const runtime::Child& child : children) {
            for (const std::string& key : child.lines()) {
                EXPECT_TRUE(visible.contains(key)) << key << " was written and is gone";
                ++survivors;
            }
        }
        clock_.advance(std::chrono::hours(1));
        ASSERT_TRUE(blobs_->sweep(clock_.utc_now()));
        EXPECT_EQ(blobs_->sweep(clock_.utc_now()).value(), 0U) << "a sweep leaves nothing";
    }
    EXPECT_GT(survivors, enough) << "the writers came to something";
}

TEST_P(BlobsProcessesConformance, ASleeperCannotTouchWhatOthersCompleted) {
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    ASSERT_TRUE(upload->part(1, source_of(content_of("a", 5000))));
    runtime::Child sleeper([&](const runtime::Report& report) {
        base::SeededRandom random(1);
        const auto blobs = open_as(random);
        const auto tenant = blobs->tenant("acme").value();
        const auto mine = tenant->resume("a", upload->id()).value();
        bool slept = false;
        const auto put = mine->part(1, [&](std::span<std::byte> buffer) -> base::Result<std::size_t> {
            if (slept) return 0;
            slept = true;
            report("asleep");
            raise(SIGSTOP);
            buffer[0] = std::byte{'z'};
            return 1;
        });
        report(put ? "put" : std::string(base::code_name(put.error().code)));
        return 0;
    });
    ASSERT_TRUE(sleeper.wait_until_stopped());
    EXPECT_EQ(code_of(upload->complete()), ErrorCode::blob_busy) << "while another writes";
    sleeper.signal(SIGCONT);
    ASSERT_EQ(sleeper.finish(), 0);
    EXPECT_EQ(sleeper.lines().back(), "put");
    ASSERT_TRUE(upload->part(1, source_of(content_of("a", 5000))));
    ASSERT_TRUE(upload->complete());
    expect_whole(*tenant_, "a", 5000);
}

}  // namespace blob
