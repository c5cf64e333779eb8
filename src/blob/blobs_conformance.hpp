// What every adapter of the blob port must do, as tests. An adapter includes this in one _test.cpp and instantiates it:
//
//   INSTANTIATE_TEST_SUITE_P(Folder, BlobsConformance, testing::Values(BlobsCase{"folder", make_storage}), case_name);
//
// Its second half, with several processes, is blobs_processes_conformance.hpp.
#pragma once
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/fakes.hpp"
#include "blob/conformance_fixture.hpp"
#include "runtime/test_processes.hpp"

namespace blob {

class BlobsConformance : public testing::TestWithParam<BlobsCase> {
  protected:
    static constexpr std::size_t mib = chunk_size_bytes;
    static constexpr std::uint64_t part_bytes = smallest_part_bytes;

    std::unique_ptr<StorageUnderTest> storage_ = GetParam().make();
    runtime::SharedClock clock_;
    const std::uint64_t seed_ = runtime::test_seed(testing::UnitTest::GetInstance()->current_test_info()->name());
    base::SeededRandom random_{seed_};
    std::mt19937_64 chance_{seed_};
    std::unique_ptr<Blobs> blobs_ = storage_->open({clock_, random_});
    std::unique_ptr<TenantBlobs> tenant_ = blobs_->tenant("acme").value();

    void put(const std::string& key, std::size_t size_bytes) {
        const auto info = tenant_->put(key, {}, bytes_of(content_of(key, size_bytes)));
        ASSERT_TRUE(info) << info.error().message;
        ASSERT_EQ(info->size_bytes, size_bytes);
    }
    void expect_whole(TenantBlobs& blobs, const std::string& key, std::size_t size_bytes) {
        const auto content = read(blobs, key, 64 * mib);
        ASSERT_TRUE(content) << content.error().message;
        EXPECT_TRUE(*content == content_of(key, size_bytes)) << key;
    }
    static std::string drain(Reader& reader) {
        std::string content;
        while (true) {
            const auto bytes = reader.next();
            EXPECT_TRUE(bytes) << bytes.error().message;
            if (!bytes || bytes->empty()) return content;
            EXPECT_LE(bytes->size(), chunk_size_bytes);
            content.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        }
    }
    static base::ErrorCode code_of(const auto& result) {
        return result ? base::ErrorCode::internal : result.error().code;
    }
    /// A child's surroundings must not draw what its siblings draw.
    std::unique_ptr<Blobs> open_as(base::SeededRandom& random) { return storage_->open({clock_, random}); }
};

using base::ErrorCode;

TEST_P(BlobsConformance, GivesBackWhatWasPut) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, mib - 1, mib, mib + 1, 3 * mib + 5}) {
        const std::string key = "sizes/" + std::to_string(size);
        put(key, size);
        expect_whole(*tenant_, key, size);
        EXPECT_EQ(tenant_->stat(key)->size_bytes, size);
    }
    EXPECT_EQ(code_of(tenant_->put("large", {}, bytes_of(content_of("large", 8 * mib + 1)))),
              ErrorCode::invalid_argument);
}

TEST_P(BlobsConformance, KeepsWhatIsSaidAboutABlob) {
    const Attributes attributes{{"content_type", "video/mp4"}, {"empty", ""}};
    const auto put = tenant_->put("a", attributes, bytes_of("hello"));
    const auto again = tenant_->put("b", {}, bytes_of("hello"));
    const auto other = tenant_->put("c", {}, bytes_of("Hello"));
    const auto stat = tenant_->stat("a");
    EXPECT_EQ(stat->attributes, attributes);
    EXPECT_EQ(stat->created, clock_.utc_now());
    EXPECT_EQ(stat->key, "a");
    EXPECT_EQ(stat->content_hash, put->content_hash);
    EXPECT_EQ(again->content_hash, put->content_hash) << "the same bytes";
    EXPECT_NE(other->content_hash, put->content_hash);
    EXPECT_EQ(code_of(tenant_->put("d", {{"x", std::string(9000, 'x')}}, {})), ErrorCode::invalid_argument);
}

TEST_P(BlobsConformance, ReadsAnyRange) {
    const std::size_t size = 2 * mib + 777;
    put("a", size);
    const std::string content = content_of("a", size);
    for (int round = 0; round < 40; ++round) {
        const Range range{chance_() % (size + 1), chance_() % (size + 100)};
        const auto reader = tenant_->open("a", range);
        ASSERT_TRUE(reader);
        EXPECT_TRUE(drain(**reader) == content.substr(range.offset_bytes, range.size_bytes))
            << range.offset_bytes << "+" << range.size_bytes;
    }
    EXPECT_EQ(drain(**tenant_->open("a", {size, 10})), "");
    EXPECT_EQ(code_of(tenant_->open("a", {size + 1, 1})), ErrorCode::blob_range_invalid);
}

TEST_P(BlobsConformance, RefusesKeysAndTenantsThatAreNoNames) {
    for (const std::string key :
         {"", "..", ".", "a/../b", "/a", "a/", "a//b", "../../etc/passwd", "a b", "a+b", "a\\b", "ä", "a%2fb"}) {
        EXPECT_EQ(code_of(tenant_->put(key, {}, {})), ErrorCode::invalid_argument) << key;
        EXPECT_EQ(code_of(tenant_->begin(key, {})), ErrorCode::invalid_argument) << key;
        EXPECT_EQ(code_of(tenant_->open(key)), ErrorCode::invalid_argument) << key;
        EXPECT_EQ(code_of(tenant_->remove(key)), ErrorCode::invalid_argument) << key;
        EXPECT_EQ(code_of(tenant_->open_seekable(key)), ErrorCode::invalid_argument) << key;
    }
    EXPECT_EQ(code_of(tenant_->put(std::string("a\0b", 3), {}, {})), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(tenant_->put(std::string(201, 'a'), {}, {})), ErrorCode::invalid_argument);
    EXPECT_TRUE(tenant_->put(std::string(200, 'a'), {}, {}));
    for (const std::string tenant : {"", ".", "..", "a/b", "../x"}) {
        EXPECT_EQ(code_of(blobs_->tenant(tenant)), ErrorCode::invalid_argument) << tenant;
    }
    EXPECT_EQ(code_of(tenant_->resume("a", "../../acme/blobs/b")), ErrorCode::blob_not_found);
}

TEST_P(BlobsConformance, KeepsTenantsApart) {
    put("a", 10);
    const auto other = blobs_->tenant("other").value();
    EXPECT_EQ(code_of(other->stat("a")), ErrorCode::blob_not_found);
    EXPECT_TRUE(other->remove("a"));
    EXPECT_TRUE(other->list({})->blobs.empty());
    EXPECT_TRUE(other->put("a", {}, bytes_of("mine")));
    expect_whole(*tenant_, "a", 10);
    const auto upload = tenant_->begin("b", {}).value();
    EXPECT_EQ(code_of(other->resume("b", upload->id())), ErrorCode::blob_not_found);
}

TEST_P(BlobsConformance, NeverReplacesABlob) {
    const auto slow = tenant_->begin("a", {}).value();
    ASSERT_TRUE(slow->part(1, source_of("slow")));
    put("a", 10);
    EXPECT_EQ(code_of(tenant_->put("a", {}, bytes_of("other"))), ErrorCode::blob_exists);
    EXPECT_EQ(code_of(tenant_->begin("a", {})), ErrorCode::blob_exists);
    EXPECT_EQ(code_of(slow->complete()), ErrorCode::blob_exists);
    expect_whole(*tenant_, "a", 10);
    EXPECT_TRUE(slow->abort());
}

TEST_P(BlobsConformance, TakesPartsInAnyOrderFromSeveralOpenings) {
    const std::size_t size = 2 * part_bytes + 12'345;
    const std::string content = content_of("video", size);
    const auto upload = tenant_->begin("video", {{"content_type", "video/mp4"}}, part_bytes).value();
    ASSERT_EQ(upload->part(3, source_of(content.substr(2 * part_bytes)))->size_bytes, 12'345U);
    ASSERT_TRUE(upload->part(1, source_of("a first try")));

    const auto second = storage_->open({clock_, random_});
    const auto elsewhere = second->tenant("acme").value();
    const auto resumed = elsewhere->resume("video", upload->id()).value();
    EXPECT_EQ(resumed->part_size_bytes(), part_bytes);
    ASSERT_EQ(resumed->part(1, source_of(content))->size_bytes, part_bytes) << "takes what fits";
    ASSERT_EQ(code_of(elsewhere->stat("video")), ErrorCode::blob_not_found) << "not visible before it is completed";
    ASSERT_TRUE(upload->part(2, source_of(content.substr(part_bytes, part_bytes))));
    const auto parts = resumed->parts().value();
    ASSERT_EQ(parts.size(), 3U);
    EXPECT_EQ(parts[2].number, 3U);
    EXPECT_EQ(parts[2].size_bytes, 12'345U);

    const auto info = resumed->complete();
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->attributes.at("content_type"), "video/mp4");
    expect_whole(*tenant_, "video", size);
}

TEST_P(BlobsConformance, WritesAWholeSourceInParts) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{usual_part_bytes}, std::size_t{usual_part_bytes + 3}}) {
        const std::string key = "whole/" + std::to_string(size);
        const auto info = write(*tenant_, key, {}, source_of(content_of(key, size)));
        ASSERT_TRUE(info) << info.error().message;
        expect_whole(*tenant_, key, size);
    }
    const Source broken = [](auto) { return base::Result<std::size_t>(base::fail(ErrorCode::cancelled, "gone")); };
    EXPECT_EQ(code_of(write(*tenant_, "broken", {}, broken)), ErrorCode::cancelled);
    EXPECT_TRUE(tenant_->put("broken", {}, {})) << "nothing stays of it";
}

TEST_P(BlobsConformance, SaysWhichPartsAreMissing) {
    const std::string full = content_of("a", part_bytes);
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    ASSERT_TRUE(upload->part(2, source_of(full)));
    EXPECT_EQ(code_of(upload->complete()), ErrorCode::blob_incomplete) << "the first is missing";
    ASSERT_TRUE(upload->part(1, source_of("short")));
    EXPECT_EQ(code_of(upload->complete()), ErrorCode::blob_incomplete) << "the first is too short";
    ASSERT_TRUE(upload->part(1, source_of(full)));
    ASSERT_TRUE(upload->part(2, source_of("")));
    EXPECT_EQ(upload->parts()->size(), 1U) << "a part of 0 bytes is none";
    ASSERT_EQ(upload->complete()->size_bytes, part_bytes);
    EXPECT_TRUE(read(*tenant_, "a", part_bytes).value() == full);
}

TEST_P(BlobsConformance, RefusesPartsThatNoStoreTakes) {
    for (const std::uint64_t size : {std::uint64_t{0}, part_bytes - mib, part_bytes + 1, largest_part_bytes + mib}) {
        EXPECT_EQ(code_of(tenant_->begin("a", {}, size)), ErrorCode::invalid_argument) << size;
    }
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    EXPECT_EQ(code_of(upload->part(0, source_of("x"))), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(upload->part(most_parts + 1, source_of("x"))), ErrorCode::invalid_argument);
}

TEST_P(BlobsConformance, CompletesOnceHoweverOftenItIsAsked) {
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    ASSERT_TRUE(upload->part(1, source_of(content_of("a", 99))));
    const auto first = upload->complete();
    ASSERT_TRUE(first);
    const auto resumed = tenant_->resume("a", upload->id());
    ASSERT_TRUE(resumed);
    EXPECT_EQ((*resumed)->complete()->content_hash, first->content_hash);
    EXPECT_EQ(code_of(upload->part(1, source_of("late"))), ErrorCode::blob_exists);
    EXPECT_EQ(code_of(upload->abort()), ErrorCode::blob_exists);
    expect_whole(*tenant_, "a", 99);
}

TEST_P(BlobsConformance, ForgetsAnAbortedUpload) {
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    ASSERT_TRUE(upload->part(1, source_of("x")));
    ASSERT_TRUE(upload->abort());
    EXPECT_TRUE(upload->abort()) << "again";
    EXPECT_EQ(code_of(upload->part(1, source_of("x"))), ErrorCode::blob_not_found);
    EXPECT_EQ(code_of(upload->complete()), ErrorCode::blob_not_found);
    EXPECT_EQ(code_of(upload->parts()), ErrorCode::blob_not_found);
    EXPECT_EQ(code_of(tenant_->resume("a", upload->id())), ErrorCode::blob_not_found);
    EXPECT_EQ(code_of(tenant_->stat("a")), ErrorCode::blob_not_found);
    put("a", 5);
}

TEST_P(BlobsConformance, APartWhoseSourceFailsIsMissing) {
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    ASSERT_TRUE(upload->part(1, source_of("good")));
    int pieces = 0;
    const auto broken = [&](std::span<std::byte> buffer) -> base::Result<std::size_t> {
        if (++pieces == 3) return base::fail(ErrorCode::request_timed_out, "the client went away");
        return buffer.size() / 2;
    };
    EXPECT_EQ(code_of(upload->part(1, broken)), ErrorCode::request_timed_out);
    EXPECT_TRUE(upload->parts()->empty());
    ASSERT_TRUE(upload->part(1, source_of(content_of("a", 11))));
    ASSERT_TRUE(upload->complete());
    expect_whole(*tenant_, "a", 11);
}

TEST_P(BlobsConformance, OneWriterAPart) {
    const auto upload = tenant_->begin("a", {}, part_bytes).value();
    const auto rival = tenant_->resume("a", upload->id()).value();
    bool asked = false;
    const auto meanwhile = [&](std::span<std::byte> buffer) -> base::Result<std::size_t> {
        if (asked) return 0;
        asked = true;
        EXPECT_EQ(code_of(rival->part(1, source_of("rival"))), ErrorCode::blob_busy);
        EXPECT_EQ(code_of(rival->complete()), ErrorCode::blob_busy);
        EXPECT_EQ(code_of(rival->abort()), ErrorCode::blob_busy);
        EXPECT_TRUE(rival->part(2, source_of("tail"))) << "another part";
        buffer[0] = std::byte{'x'};
        return 1;
    };
    ASSERT_EQ(upload->part(1, meanwhile)->size_bytes, 1U);
    ASSERT_TRUE(upload->part(1, source_of(content_of("a", part_bytes))));
    EXPECT_EQ(rival->complete()->size_bytes, part_bytes + 4);
}

TEST_P(BlobsConformance, NeverServesAFlippedBit) {
    const std::size_t size = 2 * mib + 100;
    put("a", size);
    const std::uint64_t byte = mib + chance_() % mib;
    storage_->flip_bit("acme", "a", byte);
    EXPECT_EQ(code_of(read(*tenant_, "a", size)), ErrorCode::blob_corrupt);
    EXPECT_EQ(code_of(tenant_->open_seekable("a")), ErrorCode::blob_corrupt);
    const auto around = tenant_->open("a", {byte > mib + 5 ? mib + 1 : byte + 1, 1}).value();
    EXPECT_EQ(code_of(around->next()), ErrorCode::blob_corrupt) << "another byte of the same chunk";
    EXPECT_TRUE(drain(**tenant_->open("a", {0, mib})) == content_of("a", size).substr(0, mib))
        << "the other chunks are good";
    EXPECT_TRUE(drain(**tenant_->open("a", {2 * mib, mib})) == content_of("a", size).substr(2 * mib));
    storage_->flip_bit("acme", "a", byte);
    expect_whole(*tenant_, "a", size);
}

TEST_P(BlobsConformance, TellsADamagedDescription) {
    put("a", 100);
    storage_->damage_description("acme", "a");
    EXPECT_EQ(code_of(tenant_->stat("a")), ErrorCode::blob_corrupt);
    EXPECT_EQ(code_of(tenant_->open("a")), ErrorCode::blob_corrupt);
    const auto listed = tenant_->list({}).value().blobs;
    ASSERT_EQ(listed.size(), 1U) << "the sweeper must be able to see it";
    EXPECT_TRUE(listed[0].corrupt);
    EXPECT_TRUE(tenant_->remove("a"));
    EXPECT_EQ(code_of(tenant_->stat("a")), ErrorCode::blob_not_found);
}

TEST_P(BlobsConformance, GivesADecoderASeekableReadOnlyFile) {
    const std::size_t size = mib + 321;
    put("a", size);
    const auto file = tenant_->open_seekable("a");
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_TRUE(tenant_->remove("a")) << "and it stays good";
    EXPECT_EQ(lseek(file->number(), 0, SEEK_CUR), 0);
    EXPECT_EQ(lseek(file->number(), 0, SEEK_END), static_cast<off_t>(size));
    std::string content(size, '\0');
    ASSERT_EQ(pread(file->number(), content.data(), size, 0), static_cast<ssize_t>(size));
    EXPECT_TRUE(content == content_of("a", size));
    EXPECT_EQ(code_of(tenant_->open_seekable("a")), ErrorCode::blob_not_found);
}

TEST_P(BlobsConformance, RemovesAtOnceAndLetsReadersFinish) {
    put("a", 2 * mib);
    const auto reader = tenant_->open("a").value();
    ASSERT_TRUE(reader->next());
    ASSERT_TRUE(tenant_->remove("a"));
    EXPECT_TRUE(tenant_->remove("a")) << "absent is success";
    EXPECT_EQ(code_of(tenant_->stat("a")), ErrorCode::blob_not_found);
    EXPECT_TRUE(drain(*reader) == content_of("a", 2 * mib).substr(mib));
}

TEST_P(BlobsConformance, ListsByPrefixAndAgeInPages) {
    std::set<std::string> expected;
    for (int number = 0; number < 7; ++number) {
        put("old/" + std::to_string(number), 3);
        put("other/" + std::to_string(number), 3);
        expected.insert("old/" + std::to_string(number));
    }
    clock_.advance(std::chrono::hours(1));
    const Time now = clock_.utc_now();
    put("old/young", 3);

    std::set<std::string> found;
    ListQuery query{"old/", now, "", 3};
    do {
        const Page page = tenant_->list(query).value();
        EXPECT_LE(page.blobs.size(), 3U);
        for (const Listed& listed : page.blobs) {
            EXPECT_EQ(listed.size_bytes, 3U);
            EXPECT_TRUE(found.insert(listed.key).second) << listed.key << " twice";
        }
        query.after = page.next;
    } while (!query.after.empty());
    EXPECT_EQ(found, expected);
    EXPECT_EQ(tenant_->list({})->blobs.size(), 15U);
    EXPECT_EQ(code_of(tenant_->list({"", Time::max(), "", 0})), ErrorCode::invalid_argument);
}

TEST_P(BlobsConformance, NamesTheTenants) {
    ASSERT_TRUE(blobs_->tenant("another").value()->put("a", {}, {}));
    put("blob", 10);
    const auto tenants = blobs_->tenants().value();
    EXPECT_EQ(std::ranges::count(tenants, "another"), 1);
    EXPECT_EQ(tenants.size(), 2U);
}

TEST_P(BlobsConformance, SweepsUploadsThatNobodyContinues) {
    const auto left = tenant_->begin("left", {}, part_bytes).value();
    ASSERT_TRUE(left->part(1, source_of("x")));
    const auto alive = tenant_->begin("alive", {}, part_bytes).value();
    put("blob", 10);
    clock_.advance(std::chrono::hours(2));
    ASSERT_TRUE(alive->part(1, source_of(content_of("alive", 10))));
    const auto young = tenant_->begin("young", {}, part_bytes).value();
    EXPECT_EQ(blobs_->sweep(clock_.utc_now() - std::chrono::hours(1)).value(), 1U);
    EXPECT_EQ(code_of(tenant_->resume("left", left->id())), ErrorCode::blob_not_found);
    EXPECT_TRUE(tenant_->resume("young", young->id()));
    ASSERT_TRUE(alive->complete());
    expect_whole(*tenant_, "alive", 10);
    expect_whole(*tenant_, "blob", 10);
    EXPECT_EQ(blobs_->sweep(clock_.utc_now()).value(), 0U);
    clock_.advance(std::chrono::hours(1));
    EXPECT_EQ(blobs_->sweep(clock_.utc_now()).value(), 1U);
    EXPECT_TRUE(blobs_->check());
}

}  // namespace blob
