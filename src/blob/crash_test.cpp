// A machine that falls dead at every single call of the file system: whatever chance keeps of what was not synced, a
// blob is there whole or not there, and one that was promised is there.
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/fakes.hpp"
#include "blob/conformance_fixture.hpp"
#include "blob/folder_blobs.hpp"
#include "blob/test_file_system.hpp"
#include "runtime/test_processes.hpp"

namespace blob {
namespace {

constexpr const char* root = "/root";
constexpr std::size_t video_bytes = smallest_part_bytes + 77;

struct Promises {
    std::set<std::string> written;  // their call returned
    std::set<std::string> removed;
    std::string upload_id;
    std::set<std::uint32_t> parts;
};

// What a service does with small blobs; each promise is noted as soon as it is made.
void live_small(Blobs& blobs, Promises& promises) {
    const auto tenant = blobs.tenant("acme").value();
    if (tenant->put("small", {}, bytes_of(content_of("small", 900)))) promises.written.insert("small");
    if (tenant->put("last", {}, bytes_of(content_of("last", 20)))) promises.written.insert("last");
    promises.written.erase("small");
    if (tenant->remove("small")) promises.removed.insert("small");
}

// And with a large one, part of it twice.
void live_large(Blobs& blobs, Promises& promises) {
    const auto tenant = blobs.tenant("acme").value();
    const auto upload = tenant->begin("video", {}, smallest_part_bytes).value();
    promises.upload_id = upload->id();
    const std::string content = content_of("video", video_bytes);
    if (upload->part(2, source_of(content.substr(smallest_part_bytes)))) promises.parts.insert(2);
    if (upload->part(1, source_of(content_of("other", smallest_part_bytes)))) promises.parts.insert(1);
    promises.parts.erase(1);
    if (upload->part(1, source_of(content))) promises.parts.insert(1);
    if (upload->complete()) promises.written.insert("video");
}

// A writer that was taken over puts once more what the one after it has been told is durable.
void live_late(Blobs& blobs, Promises& promises) {
    const auto tenant = blobs.tenant("acme").value();
    const auto upload = tenant->begin("video", {}, smallest_part_bytes).value();
    promises.upload_id = upload->id();
    const std::string content = content_of("video", video_bytes);
    if (upload->part(1, source_of(content))) promises.parts.insert(1);
    (void)tenant->resume("video", upload->id()).value()->part(1, source_of(content));
}

std::size_t size_of(const std::string& key) {
    return key == "small" ? 900 : key == "last" ? 20 : video_bytes;
}

// How many promises the storage breaks after the machine is up again.
int broken_promises(Blobs& blobs, const Promises& promises) {
    int broken = 0;
    const auto tenant = blobs.tenant("acme").value();
    for (const std::string key : {"small", "video", "last"}) {
        const auto content = read(*tenant, key, 64 * chunk_size_bytes);
        const bool there = content && *content == content_of(key, size_of(key));
        const bool absent = !content && content.error().code == base::ErrorCode::blob_not_found;
        if (!there && !absent) ++broken;                          // visible, and not what was written
        if (absent && promises.written.contains(key)) ++broken;   // lost
        if (!absent && promises.removed.contains(key)) ++broken;  // back from the dead
    }
    return broken;
}

// Puts what is not there yet; a part that is said to be there is believed.
bool put_the_rest(Upload& upload, const std::string& content, const Promises& promises) {
    const auto found = upload.parts();
    if (!found) return found.error().code == base::ErrorCode::blob_exists;  // completed already
    const std::map<std::uint32_t, std::string> wanted{{1, content.substr(0, smallest_part_bytes)},
                                                      {2, content.substr(smallest_part_bytes)}};
    std::set<std::uint32_t> whole;
    for (const Part& part : *found) {
        if (part.size_bytes == wanted.at(part.number).size()) whole.insert(part.number);
    }
    if (!std::ranges::includes(whole, promises.parts)) return false;
    for (const auto& [number, text] : wanted) {
        if (!whole.contains(number) && !upload.part(number, source_of(text))) return false;
    }
    return true;
}

// An upload that was begun goes on where it was: the parts that were promised are there, and it can be completed.
int broken_upload(Blobs& blobs, const Promises& promises) {
    if (promises.upload_id.empty()) return 0;
    const auto tenant = blobs.tenant("acme").value();
    const auto upload = tenant->resume("video", promises.upload_id);
    const std::string content = content_of("video", video_bytes);
    if (!upload || !put_the_rest(**upload, content, promises) || !(*upload)->complete()) return 1;
    const auto whole = read(*tenant, "video", video_bytes);
    if (whole == content) return 0;
    // Until the second putting of the first part is promised, the first one may be what is there: whole, never mixed.
    const std::string other = content_of("other", smallest_part_bytes) + content.substr(smallest_part_bytes);
    return whole == other && !promises.parts.contains(1) ? 0 : 1;
}

using Life = void (*)(Blobs&, Promises&);

struct Machine {
    bool forget_file_syncs = false;
    bool forget_folder_syncs = false;
};

struct Outcome {
    int broken = 0;
    std::size_t crashes = 0;
};

// One life that ends at this call, then another.
bool crash_once(const Machine& machine, Life live, std::size_t calls, std::uint64_t seed, Outcome& outcome) {
    std::mt19937_64 chance(seed);
    const base::ManualClock clock;
    base::SeededRandom random(seed);
    TestFileSystem files(root);
    files.forget_file_syncs = machine.forget_file_syncs;
    files.forget_folder_syncs = machine.forget_folder_syncs;
    files.cut_after_calls = calls;
    Promises promises;
    bool lived = true;
    try {
        live(*open_folder_blobs(root, {clock, random}, files), promises);
    } catch (const PowerCut&) {
        lived = false;
    }
    files.crash(chance);
    files.cut_after_calls.reset();
    const auto again = open_folder_blobs(root, {clock, random}, files);
    outcome.broken += broken_promises(*again, promises) + broken_upload(*again, promises);
    ++outcome.crashes;
    return !lived;
}

// Every call once a round, with another chance each time; ends at the first round with a broken promise.
Outcome crash_everywhere(const Machine& machine, Life live, std::uint64_t seed, int rounds) {
    Outcome outcome;
    for (int round = 0; round < rounds && outcome.broken == 0; ++round) {
        for (std::size_t calls = 0; crash_once(machine, live, calls, ++seed, outcome); ++calls) {
        }
    }
    return outcome;
}

TEST(Crash, KeepsEveryPromiseWhereverTheMachineFallsDead) {
    const Outcome outcome = crash_everywhere({}, live_small, runtime::test_seed("Crash"), 50);
    EXPECT_EQ(outcome.broken, 0) << "of " << outcome.crashes << " crashes";
    EXPECT_GT(outcome.crashes, 1000U);
}

TEST(Crash, ContinuesAnUploadWhereverTheMachineFallsDead) {
    const Outcome outcome = crash_everywhere({}, live_large, runtime::test_seed("Crash"), 3);
    EXPECT_EQ(outcome.broken, 0) << "of " << outcome.crashes << " crashes";
    EXPECT_GT(outcome.crashes, 100U);
}

TEST(Crash, NeverLosesAPartThatIsPutAgainWithTheSameBytes) {
    const Outcome outcome = crash_everywhere({}, live_late, runtime::test_seed("Crash"), 3);
    EXPECT_EQ(outcome.broken, 0) << "of " << outcome.crashes << " crashes";
    EXPECT_GT(outcome.crashes, 30U);
}

// The two faults that the tests above must be able to see: a blob that gets its name before its bytes are synced, and a
// name that is told before it is synced.
TEST(Crash, SeesABlobThatIsNamedBeforeItIsSynced) {
    EXPECT_GT(crash_everywhere({.forget_file_syncs = true}, live_small, 1, 5).broken, 0);
    EXPECT_GT(crash_everywhere({.forget_file_syncs = true}, live_large, 1, 2).broken, 0);
}

TEST(Crash, SeesANameThatIsToldBeforeItIsSynced) {
    EXPECT_GT(crash_everywhere({.forget_folder_syncs = true}, live_small, 1, 5).broken, 0);
    EXPECT_GT(crash_everywhere({.forget_folder_syncs = true}, live_large, 1, 2).broken, 0);
}

TEST(FullDisk, IsToldAndLeavesNothing) {
    const base::ManualClock clock;
    base::SeededRandom random(3);
    TestFileSystem files(root);
    const auto blobs = open_folder_blobs(root, {clock, random}, files);
    const auto tenant = blobs->tenant("acme").value();
    ASSERT_TRUE(tenant->put("a", {}, bytes_of(content_of("a", 1000))));
    const auto upload = tenant->begin("b", {}).value();
    const std::uint64_t used = files.used_bytes();
    for (const std::uint64_t room : {0U, 10U, 500'000U, 1'000'100U}) {
        files.capacity_bytes = used + room;
        EXPECT_EQ(tenant->put("c", {}, bytes_of(content_of("c", 1'000'000))).error().code, base::ErrorCode::disk_full)
            << room;
        EXPECT_EQ(upload->part(1, source_of(content_of("b", 1'000'000))).error().code, base::ErrorCode::disk_full)
            << room;
        EXPECT_EQ(files.used_bytes(), used) << room;
        EXPECT_TRUE(upload->parts()->empty());
    }
    files.capacity_bytes = used + 10;
    EXPECT_EQ(tenant->begin("d", {}).error().code, base::ErrorCode::disk_full);
    EXPECT_EQ(files.used_bytes(), used);
    files.capacity_bytes = used + 2'000'000;
    EXPECT_TRUE(tenant->put("c", {}, bytes_of(content_of("c", 1'000'000)))) << "once there is room";
}

}  // namespace
}  // namespace blob
