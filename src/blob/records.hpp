// The small files beside a blob's bytes, as bytes: numbers little-endian, texts and lists with their length before
// them, and a SHA-256 over everything at the end, so that a torn or damaged record is never taken for a good one. Pure;
// any thread.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/vault.hpp"
#include "blob/blobs.hpp"

namespace blob {

using Digest = std::array<std::byte, 32>;
using Bytes = std::vector<std::byte>;

Digest digest(std::span<const std::byte> bytes);

/// What one chunk must be: the hash is over the stored bytes, so that it can be checked without any key.
struct ChunkCheck {
    Digest hash{};
    base::Seal seal{};
    bool operator==(const ChunkCheck&) const = default;
};

/// How an upload began; its file is "upload".
struct UploadRecord {
    std::string key;
    std::string key_id;
    Attributes attributes;
    std::int64_t created_ms = 0;
    std::uint64_t part_size_bytes = 0;
    bool operator==(const UploadRecord&) const = default;
};

/// A part that is durable; its file is "part-NNNNN".
struct PartRecord {
    std::uint32_t number = 0;
    std::uint64_t size_bytes = 0;
    std::int64_t written_ms = 0;
    std::vector<ChunkCheck> chunks;
    bool operator==(const PartRecord&) const = default;
};

/// A whole blob; its file is "index".
struct IndexRecord {
    std::string key;
    std::string key_id;
    std::string upload_id;
    Attributes attributes;
    std::int64_t created_ms = 0;
    std::uint64_t size_bytes = 0;
    std::vector<ChunkCheck> chunks;
    bool operator==(const IndexRecord&) const = default;
};

Bytes encode(const UploadRecord& record);
Bytes encode(const PartRecord& record);
Bytes encode(const IndexRecord& record);

/// None when the bytes are not a whole, undamaged record of this kind.
std::optional<UploadRecord> decode_upload(std::span<const std::byte> bytes);
std::optional<PartRecord> decode_part(std::span<const std::byte> bytes);
std::optional<IndexRecord> decode_index(std::span<const std::byte> bytes);

/// No record is larger: an index of the largest blob (most_parts x largest_part_bytes) would be, so it bounds blobs to
/// 8 TiB.
inline constexpr std::uint64_t largest_record_bytes = std::uint64_t{512} << 20U;

std::uint64_t chunk_count(std::uint64_t size_bytes);
Info describe(const IndexRecord& record);
Time time_of(std::int64_t utc_ms);
std::int64_t ms_of(Time time);

}  // namespace blob
