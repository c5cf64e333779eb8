#include "blob/records.hpp"

#include <gtest/gtest.h>

namespace blob {
namespace {

IndexRecord an_index() {
    IndexRecord index{"a/b", "key-1", "id", {{"content_type", "video/mp4"}, {"", ""}}, -5, 2 * chunk_size_bytes + 1,
                      {}};
    index.chunks.resize(3);
    index.chunks[1].hash[0] = std::byte{7};
    index.chunks[2].seal[31] = std::byte{9};
    return index;
}

TEST(Records, ComeBackAsTheyWere) {
    EXPECT_EQ(decode_index(encode(an_index())), an_index());
    const UploadRecord upload{"k", "", {{"a", "b"}}, 1'700'000'000'000, usual_part_bytes};
    EXPECT_EQ(decode_upload(encode(upload)), upload);
    const PartRecord part{7, 10, 5, std::vector<ChunkCheck>(1)};
    EXPECT_EQ(decode_part(encode(part)), part);
    EXPECT_FALSE(decode_part(encode(upload))) << "another kind";
}

TEST(Records, AnyFlippedBitIsSeen) {
    const Bytes good = encode(an_index());
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Bytes bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        ASSERT_FALSE(decode_index(bad)) << bit;
    }
}

TEST(Records, AnyCutIsSeen) {
    const Bytes good = encode(an_index());
    for (std::size_t size = 0; size < good.size(); ++size)
        ASSERT_FALSE(decode_index(std::span(good).first(size))) << size;
}

// A hash proves that nobody damaged it by chance, not that its maker was honest: lengths must be checked all the same.
TEST(Records, LengthsThatLieAreRefused) {
    for (std::size_t at = 8; at + 40 <= encode(an_index()).size(); ++at) {
        Bytes bad = encode(an_index());
        bad.resize(bad.size() - 32);
        for (std::size_t byte = 0; byte < 8; ++byte)
            bad[at + byte] = std::byte{0xff};
        const Digest hash = digest(bad);
        bad.insert(bad.end(), hash.begin(), hash.end());
        const auto decoded = decode_index(bad);
        EXPECT_TRUE(!decoded || decoded->chunks.size() == 3U) << at;
    }
}

// The record with one byte for another, under a hash that is right.
Bytes with_byte(Bytes record, std::size_t at, char byte) {
    record.resize(record.size() - sizeof(Digest));
    record.at(at) = static_cast<std::byte>(byte);
    const Digest hash = digest(record);
    record.insert(record.end(), hash.begin(), hash.end());
    return record;
}

TEST(Records, OnlyWhatIsWrittenSoIsRead) {
    const Bytes part = encode(PartRecord{7, 10, 5, std::vector<ChunkCheck>(1)});
    EXPECT_TRUE(decode_part(with_byte(part, 8, 8)));
    EXPECT_FALSE(decode_part(with_byte(part, 8 + 6, 1))) << "a number that no part has";
    const Bytes upload = encode(UploadRecord{"", "", {{"a", "1"}, {"c", "2"}}, 0, 0});
    const std::size_t first_name = 8 + 8 + 8 + 8 + 8;
    ASSERT_EQ(upload.at(first_name), std::byte{'a'});
    EXPECT_TRUE(decode_upload(with_byte(upload, first_name, 'b')));
    EXPECT_FALSE(decode_upload(with_byte(upload, first_name, 'c'))) << "the same name twice";
    EXPECT_FALSE(decode_upload(with_byte(upload, first_name, 'd'))) << "in another order";
}

TEST(Records, TheListHashFollowsFromTheChunks) {
    IndexRecord index = an_index();
    const std::string hash = describe(index).content_hash;
    index.key = "other";
    EXPECT_EQ(describe(index).content_hash, hash);
    index.chunks[0].hash[5] = std::byte{1};
    EXPECT_NE(describe(index).content_hash, hash);
}

}  // namespace
}  // namespace blob
